namespace Headgate.Scheduler.State;

sealed partial class ClockUpkeep
{
    [LoggerMessage(1, LogLevel.Warning, "The database could not be asked for the time ({Error} {SqlState}); the last answer is counted on from")]
    partial void LogNotTold(string error, string? sqlState);
}
