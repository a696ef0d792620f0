namespace Headgate.Crashes.Tests.Stops;

/// <summary>A job that is shown as stopped, and the destination as it was at the first look thereafter.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">What is shown.</param>
/// <param name="ShownAt">Since when.</param>
/// <param name="Image">The destination.</param>
sealed record SeenStop(Guid Job, string State, DateTime ShownAt, DestinationImage Image);
