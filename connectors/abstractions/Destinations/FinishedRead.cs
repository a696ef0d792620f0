namespace Headgate.Connectors.Destinations;

/// <summary>A read of an object after which nothing is left to do.</summary>
/// <param name="ObjectNo">The object.</param>
/// <param name="ReadNo">Which read of it in its attempt.</param>
/// <param name="Vanished">How many rows were deleted or marked.</param>
public sealed record FinishedRead(int ObjectNo, int ReadNo, long Vanished);
