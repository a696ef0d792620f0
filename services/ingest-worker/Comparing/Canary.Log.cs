namespace Headgate.IngestWorker.Comparing;

sealed partial class Canary
{
    [LoggerMessage(LogLevel.Warning, "Object {ObjectNo} could not be compared with the destination: {Code} {SqlState}")]
    partial void LogFailed(int objectNo, string code, string? sqlState);
}
