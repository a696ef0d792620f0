namespace Headgate.Scheduler.Rules;

sealed partial class RulesSync
{
    [LoggerMessage(1, LogLevel.Warning, "The coordinator has not told yet by what runs start ({Error}); it is asked again")]
    partial void LogNotAnswered(string error);

    [LoggerMessage(2, LogLevel.Warning, "Events that came before the rules could not be matched ({Error} {SqlState}); it is tried again")]
    partial void LogNotMatched(string error, string? sqlState);
}
