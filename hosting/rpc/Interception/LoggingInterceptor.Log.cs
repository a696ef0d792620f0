using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Interception;

public sealed partial class LoggingInterceptor
{
    [LoggerMessage("{Method} ended with {Code} after {Milliseconds} ms, called by {Peer}")]
    partial void LogCall(LogLevel level, string method, StatusCode code, double milliseconds, string peer);
}
