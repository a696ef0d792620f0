namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What a job had written at a moment.</summary>
/// <param name="At">When.</param>
/// <param name="Written">Records taken by then.</param>
/// <param name="BusyMs">How long the destination had taken for them.</param>
sealed record PaceMark(DateTimeOffset At, long Written, long BusyMs);
