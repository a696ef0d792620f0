namespace Headgate.Scheduler.Schedules;

/// <summary>Runs that came due while nobody looked.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">When the first of them came due.</param>
/// <param name="Last">When the last of them came due.</param>
/// <param name="MadeUpForBy">When the run comes due that makes up for them; null: none does.</param>
sealed record MissedRuns(int Count, DateTimeOffset First, DateTimeOffset Last, DateTimeOffset? MadeUpForBy);
