namespace Headgate.JobCoordinator.Upkeep;

sealed partial class LogUpkeep
{
    [LoggerMessage(1, LogLevel.Warning, "The state database is away ({Error} {SqlState}); change logs that are kept no longer are removed in five minutes")]
    partial void LogDatabaseAway(string error, string? sqlState);

    [LoggerMessage(2, LogLevel.Warning, "Change logs of pipeline {Pipeline} are kept no longer and could not be removed ({Code}); that is tried again in five minutes")]
    partial void LogDestinationAway(Guid pipeline, string code);
}
