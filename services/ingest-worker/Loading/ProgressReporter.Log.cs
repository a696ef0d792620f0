namespace Headgate.IngestWorker.Loading;

sealed partial class ProgressReporter
{
    [LoggerMessage(LogLevel.Debug, "Progress of job {JobId} was not told: {Error}")]
    partial void LogNotTold(Guid jobId, string error);
}
