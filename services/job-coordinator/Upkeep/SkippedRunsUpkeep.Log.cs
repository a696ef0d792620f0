namespace Headgate.JobCoordinator.Upkeep;

sealed partial class SkippedRunsUpkeep
{
    [LoggerMessage(1, LogLevel.Warning, "The state database is away ({Error} {SqlState}); old records of skipped runs are removed in an hour")]
    partial void LogDatabaseAway(string error, string? sqlState);
}
