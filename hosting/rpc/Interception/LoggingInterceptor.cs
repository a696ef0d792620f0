using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.Rpc.Interception;

/// <summary>Logs how each call ended.</summary>
public sealed partial class LoggingInterceptor(TimeProvider time, ILogger<LoggingInterceptor> log) : CallInterceptor
{
    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        var began = time.GetTimestamp();
        try
        {
            var result = await handler();
            LogEnd(context, context.Status.StatusCode, began);
            return result;
        }
        catch (Exception error)
        {
            LogEnd(context, HandlerOutcome.Of(error, context, time), began);
            throw;
        }
    }

    void LogEnd(ServerCallContext context, StatusCode code, long began)
    {
        // What the server did wrong is for its operator; the rest is the caller's.
        var level = code is StatusCode.Unknown or StatusCode.Internal or StatusCode.DataLoss ? LogLevel.Warning
            : code is StatusCode.OK ? LogLevel.Debug
            : LogLevel.Information;
        LogCall(level, context.Method, code, time.GetElapsedTime(began).TotalMilliseconds, context.Peer);
    }
}
