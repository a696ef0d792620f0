using Grpc.Core;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

/// <summary>Who ends a call: the deadline, the client, the server's stop.</summary>
public sealed class EndTests(SharedServer shared) : IClassFixture<SharedServer>
{
    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    readonly ProbeServer server = shared.Server;

    static DateTime Deadline => TimeProvider.System.GetUtcNow().UtcDateTime + Soon;

    [Fact]
    public async Task Deadline_fires_the_handlers_token()
    {
        var probe = server.Calls.New(out var name);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.WaitAsync(new WaitRequest { Call = name }, deadline: Deadline));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.IsAssignableFrom<OperationCanceledException>(await probe.EndedAsync);
    }

    [Fact]
    public async Task Deadline_is_answered_by_the_server_though_the_handler_ignores_it()
    {
        var probe = server.Calls.New(out var name);
        // The client knows of no deadline: it is told.
        using var raw = new GrpcRequest(server, "Wait", new WaitRequest { Call = name, IgnoresCancellation = true });
        var response = await raw.SendAsync(("grpc-timeout", "300m"));
        Assert.Equal("4", response.Status);
        Assert.True(response.IsTrailersOnly);
        Assert.False(probe.EndedAsync.IsCompleted);
        probe.Release();
        Assert.Null(await probe.EndedAsync);
    }

    [Fact]
    public async Task Deadline_of_a_stream_comes_after_what_was_written()
    {
        var probe = server.Calls.New(out var name);
        using var raw = new GrpcRequest(server, "Count", new CountRequest { To = 2, Call = name, IgnoresCancellation = true });
        var response = await raw.SendAsync(("grpc-timeout", "300m"));
        Assert.Equal("4", response.Status);
        Assert.False(response.IsTrailersOnly);
        Assert.Equal(2, response.Messages(CountResponse.Parser).Count);
        probe.Release();
        Assert.IsType<InvalidOperationException>(await probe.EndedAsync);
    }

    [Fact]
    public async Task Deadline_reaches_a_handler_that_waits_for_a_reader()
    {
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1000, Padding = 100_000, Call = name }, deadline: Deadline);
        // The write that waits is canceled; one that was about to begin, as on a busy machine, is refused.
        var end = await probe.EndedAsync;
        Assert.True(end is OperationCanceledException or InvalidOperationException, $"{end}");
        var error = await Assert.ThrowsAsync<RpcException>(async () => { while (await call.ResponseStream.MoveNext()) { } });
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Deadline_that_has_passed_is_not_even_sent()
    {
        var probe = server.Calls.New(out var name);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client.WaitAsync(new WaitRequest { Call = name }, deadline: DateTime.UnixEpoch));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.False(probe.StartedAsync.IsCompleted);
    }

    [Fact]
    public async Task Cancellation_reaches_the_handler()
    {
        var probe = server.Calls.New(out var name);
        using var cancel = new CancellationTokenSource();
        var call = server.Client.WaitAsync(new WaitRequest { Call = name }, cancellationToken: cancel.Token);
        await probe.StartedAsync;
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.IsAssignableFrom<OperationCanceledException>(await probe.EndedAsync);
    }

    [Fact]
    public async Task Stream_that_is_disposed_of_ends_at_the_server()
    {
        var probe = server.Calls.New(out var name);
        var call = server.Client.Count(new CountRequest { To = 1, Call = name });
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();
        await probe.EndedAsync;
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Request_of_a_call_is_waited_for_until_the_deadline()
    {
        using var call = server.Client.Sum(deadline: Deadline);
        await call.RequestStream.WriteAsync(new SumRequest { Number = 1 });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }
}
