namespace Headgate.IngestWorker.Checks;

sealed partial class ComparePlansConsumer
{
    [LoggerMessage(LogLevel.Warning, "The source of job {JobId} could not be compared with its plans: {Code}")]
    partial void LogNotCompared(Guid jobId, string code);
}
