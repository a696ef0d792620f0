namespace Headgate.Connectors.Changes;

/// <summary>A part of a job's change log.</summary>
/// <param name="Changes">In the order of writing; may be empty while there is more.</param>
/// <param name="Upto">Where to go on from: all before it was looked at.</param>
/// <param name="IsLast">Whether there was nothing behind it.</param>
public sealed record ChangePage(IReadOnlyList<LoggedChange> Changes, long Upto, bool IsLast);
