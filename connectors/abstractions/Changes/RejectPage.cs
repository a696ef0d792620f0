namespace Headgate.Connectors.Changes;

/// <summary>Rejected records of a job.</summary>
/// <param name="Rejects">In the order of their places; fewer than were asked for, where they are large.</param>
/// <param name="IsLast">Whether there were none behind them.</param>
public sealed record RejectPage(IReadOnlyList<LoggedReject> Rejects, bool IsLast);
