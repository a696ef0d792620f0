namespace Headgate.Scheduler.Events.Upkeep;

sealed partial class EventPurge
{
    [LoggerMessage(LogLevel.Warning, "Old upstream events could not be forgotten ({Error} {SqlState}); it is tried again")]
    partial void LogNotPurged(string error, string? sqlState);
}
