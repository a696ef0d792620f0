namespace Headgate.IngestWorker.Steps;

sealed partial class MissedStops
{
    [LoggerMessage(LogLevel.Debug, "Not asked whether job {JobId} was stopped: {Error}")]
    partial void LogNotAsked(Guid jobId, string error);
}
