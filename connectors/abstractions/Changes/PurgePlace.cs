namespace Headgate.Connectors.Changes;

/// <summary>How far the removal of a job's log has come.</summary>
/// <param name="Step">Which kind of entries, by the destination's own order.</param>
/// <param name="After">The last entry that is removed, as the destination writes it; null: none of this kind yet.</param>
public sealed record PurgePlace(int Step, string? After);
