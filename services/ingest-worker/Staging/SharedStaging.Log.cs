namespace Headgate.IngestWorker.Staging;

sealed partial class SharedStaging
{
    [LoggerMessage(LogLevel.Warning, "Worker {Other} has another staging directory: waiting for it to end")]
    partial void LogOther(string other);

    [LoggerMessage(LogLevel.Critical, "Worker {Other} has another staging directory and came in while this one was away: this one stops")]
    partial void LogStopping(string other);

    [LoggerMessage(LogLevel.Warning, "This worker's entry in the list of workers was not renewed: {Error}")]
    partial void LogNotRenewed(string error);
}
