using Grpc.Core;

namespace Headgate.IngestWorker.Serving;

sealed partial class ServedCalls
{
    [LoggerMessage(LogLevel.Warning, "Records could not be read for a call: {Code}")]
    partial void LogNotServed(string code, Exception? error);

    [LoggerMessage(LogLevel.Debug, "A call at {Coordinator} is served no longer: {Error}, {Status}")]
    partial void LogBrokenOff(Uri coordinator, string error, StatusCode? status);
}
