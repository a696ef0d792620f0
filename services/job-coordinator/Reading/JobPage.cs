namespace Headgate.JobCoordinator.Reading;

/// <summary>Jobs that one statement has read.</summary>
/// <param name="Jobs">As it saw them.</param>
/// <param name="Snapshot">What it saw.</param>
/// <param name="At">When, by the database's clock.</param>
sealed record JobPage(IReadOnlyList<JobRow> Jobs, Snapshot Snapshot, DateTimeOffset At);
