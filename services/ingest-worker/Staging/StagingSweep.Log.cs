namespace Headgate.IngestWorker.Staging;

sealed partial class StagingSweep
{
    [LoggerMessage(LogLevel.Warning, "Staging was not looked through for what released jobs have left: {Error}")]
    partial void LogNotSwept(string error);
}
