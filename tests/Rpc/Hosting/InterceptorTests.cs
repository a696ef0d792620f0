using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Headgate.Rpc.Interception;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Hosting;

public sealed class InterceptorTests
{
    [Fact]
    public async Task Calls_are_logged_with_their_status()
    {
        await using var server = await ProbeServer.StartAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(new FailRequest { Code = (int)StatusCode.NotFound }));
        Assert.Contains(server.Log.Lines, line => line.Contains("ProbeService/Fail ended with NotFound", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_are_measured_with_their_status()
    {
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) => { if (instrument.Meter.Name == MetricsInterceptor.MeterName) to.EnableMeasurementEvents(instrument); };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            measured.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();
        await using var server = await ProbeServer.StartAsync();
        await server.Client.EchoAsync(new EchoRequest());
        await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(new FailRequest { Kind = "mapped" }));
        Assert.Contains("headgate.rpc.testing.v1.ProbeService/Echo OK", measured);
        Assert.Contains("headgate.rpc.testing.v1.ProbeService/Fail FailedPrecondition", measured);
    }

    [Fact]
    public async Task First_interceptor_is_outermost_and_each_call_has_its_own()
    {
        Recorder.Seen.Clear();
        await using var server = await ProbeServer.StartAsync(grpc: options =>
        {
            options.Interceptors.Add<Recorder>("outer");
            options.Interceptors.Add<Recorder>("inner");
        });
        await server.Client.EchoAsync(new EchoRequest());
        Assert.Equal(["outer begins", "inner begins", "inner ends", "disposed", "outer ends", "disposed"], Recorder.Seen);
    }

    sealed class Recorder(string name) : CallInterceptor, IDisposable
    {
        public static readonly ConcurrentQueue<string> Seen = new();

        public void Dispose() => Seen.Enqueue("disposed");

        protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
        {
            Seen.Enqueue($"{name} begins");
            var result = await handler();
            Seen.Enqueue($"{name} ends");
            return result;
        }
    }
}
