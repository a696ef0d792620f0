namespace Headgate.Scheduler.Rules;

sealed partial class RulesSync
{
    [LoggerMessage(1, LogLevel.Warning, "The coordinator has not told yet by what runs start ({Error}); it is asked again")]
    partial void LogNotAnswered(string error);
}
