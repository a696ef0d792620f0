namespace Headgate.IngestWorker.Checks;

sealed partial class CheckSourceConsumer
{
    [LoggerMessage(LogLevel.Warning, "The source of {Project}/{Pipeline} could not be looked at: {Code}")]
    partial void LogUnchecked(string project, string pipeline, string code);
}
