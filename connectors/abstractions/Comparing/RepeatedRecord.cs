namespace Headgate.Connectors.Comparing;

/// <summary>A record that a log has more than once.</summary>
/// <param name="Last">The sequence of its last entry.</param>
/// <param name="Kept">What was kept with it; null: nothing yet.</param>
public sealed record RepeatedRecord(long Last, string? Kept);
