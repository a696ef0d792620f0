namespace Headgate.JobCoordinator.Guards;

/// <summary>What a run has written since it was looked at last.</summary>
/// <param name="Window">How long that is.</param>
/// <param name="Rows">Records taken.</param>
/// <param name="Busy">How long the destination took for them, of all connections together.</param>
sealed record RunPace(TimeSpan Window, long Rows, TimeSpan Busy);
