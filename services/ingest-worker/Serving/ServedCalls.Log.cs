using Grpc.Core;

namespace Headgate.IngestWorker.Serving;

sealed partial class ServedCalls
{
    [LoggerMessage(LogLevel.Warning, "Records could not be read for a call: {Code}")]
    partial void LogNotServed(string code);

    // The stack, never the message: an unexpected exception's message can quote a value.
    [LoggerMessage(LogLevel.Error, "Records could not be read for a call: an unexpected {Type} {SqlState}\n{Stack}")]
    partial void LogUnexpected(string? type, string? sqlState, string? stack);

    [LoggerMessage(LogLevel.Debug, "A call at {Coordinator} is served no longer: {Error}, {Status}")]
    partial void LogBrokenOff(Uri coordinator, string error, StatusCode? status);
}
