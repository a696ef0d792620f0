namespace Headgate.Scheduler.Events.Runs;

sealed partial class OpenRuns
{
    [LoggerMessage(LogLevel.Warning, "Runs of upstream events could not be asked for again ({Error} {SqlState}); they wait")]
    partial void LogNotAsked(string error, string? sqlState);
}
