namespace Headgate.Scheduler.Schedules;

sealed partial class DueMessages
{
    [LoggerMessage(1, LogLevel.Error, "Run or record {Id} has come due and cannot be read here, as another version has written it; it waits: {Error}")]
    partial void LogNotRead(Guid id, string error);
}
