namespace Headgate.Scheduler.Rules;

sealed partial class RuleStore
{
    [LoggerMessage(1, LogLevel.Error, "When runs of {Project}/{Pipeline} come due cannot be told here, and none is started: {Error}")]
    partial void LogCannotTell(string project, string pipeline, string error);
}
