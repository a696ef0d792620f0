using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Headgate.Rpc.Interception;

/// <summary>Measures calls, under the names that OpenTelemetry gives them.</summary>
public sealed class MetricsInterceptor(TimeProvider time) : CallInterceptor
{
    /// <summary>The meter: <c>rpc.server.call.duration</c> in seconds, and <c>rpc.server.active_calls</c>.</summary>
    public const string MeterName = "Headgate.Rpc";

    static readonly Meter Meter = new(MeterName);

    static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("rpc.server.call.duration", "s", "How long handlers ran");

    static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>("rpc.server.active_calls", "{call}", "Handlers that run");

    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        var began = time.GetTimestamp();
        var method = new KeyValuePair<string, object?>("rpc.method", context.Method.TrimStart('/'));
        var code = StatusCode.OK;
        Active.Add(1, method);
        try
        {
            var result = await handler();
            code = context.Status.StatusCode;
            return result;
        }
        catch (Exception error)
        {
            code = HandlerOutcome.Of(error, context, time);
            throw;
        }
        finally
        {
            Active.Add(-1, method);
            Duration.Record(time.GetElapsedTime(began).TotalSeconds, new TagList { method, { "rpc.response.status_code", code.ToString() } });
        }
    }
}
