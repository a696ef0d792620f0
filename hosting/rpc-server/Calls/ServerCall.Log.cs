using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Server.Calls;

sealed partial class ServerCall
{
    [LoggerMessage(LogLevel.Error, "The handler of {Method} failed")]
    static partial void LogFailure(ILogger log, string method, Exception error);

    [LoggerMessage(LogLevel.Debug, "{Method} ended after its answer: {Reason}")]
    static partial void LogLate(ILogger log, string method, string reason);
}
