namespace Headgate.IngestWorker.Checks;

sealed partial class PreviewRollbackConsumer
{
    [LoggerMessage(LogLevel.Warning, "What a rollback of job {JobId} would do was not looked up: {Code}")]
    partial void LogNotLooked(Guid jobId, string code);
}
