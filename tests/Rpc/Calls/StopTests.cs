using Grpc.Core;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

public sealed class StopTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Stream_is_unavailable_at_once()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1, Call = name });
        Assert.True(await call.ResponseStream.MoveNext());
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await server.StopAsync();
        Assert.IsAssignableFrom<OperationCanceledException>(await probe.EndedAsync);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Fact]
    public async Task Unary_call_that_does_not_end_is_unavailable_within_a_second()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        var call = server.Client.WaitAsync(new WaitRequest { Call = name });
        await probe.StartedAsync;
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await server.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Fact]
    public async Task Unary_call_that_is_nearly_done_is_done()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        var call = server.Client.WaitAsync(new WaitRequest { Call = name });
        await probe.StartedAsync;
        server.BeginToStop();
        probe.Release();
        Assert.NotNull(await call);
        Assert.Null(await probe.EndedAsync);
    }

    [Fact]
    public async Task Server_that_has_stopped_is_unavailable()
    {
        await using var server = await ProbeServer.StartAsync();
        await server.Client.EchoAsync(new EchoRequest());
        await server.StopAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.EchoAsync(new EchoRequest()));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(0, server.OpenCalls);
    }
}
