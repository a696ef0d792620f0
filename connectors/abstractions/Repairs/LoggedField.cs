namespace Headgate.Connectors.Repairs;

/// <summary>A field that is logged.</summary>
/// <param name="Name">The destination field.</param>
/// <param name="Type">Its type when it was written, in the destination's words.</param>
public sealed record LoggedField(string Name, string Type);
