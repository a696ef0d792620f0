namespace Headgate.Scheduler.Alarms;

sealed partial class DueRound
{
    [LoggerMessage(1, LogLevel.Error, "When runs of {Project}/{Pipeline} come due cannot be told here, and none is started: {Error}")]
    partial void LogCannotTell(string project, string pipeline, string error);
}
