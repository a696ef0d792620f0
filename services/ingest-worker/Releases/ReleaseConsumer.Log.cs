namespace Headgate.IngestWorker.Releases;

sealed partial class ReleaseConsumer
{
    [LoggerMessage(LogLevel.Warning, "What job {JobId} holds was not released: {Code} ({Type})")]
    partial void LogFailed(Guid jobId, string code, string type);
}
