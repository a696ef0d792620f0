using Grpc.Core;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

public sealed class StreamTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Fact]
    public async Task Server_stream_has_all_messages_in_order()
    {
        using var call = server.Client.Count(new CountRequest { To = 1000 });
        var numbers = new List<int>();
        await foreach (var message in call.ResponseStream.ReadAllAsync()) numbers.Add(message.Number);
        Assert.Equal(Enumerable.Range(1, 1000), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Error_in_a_stream_comes_after_its_messages()
    {
        using var call = server.Client.Count(new CountRequest { To = 10, FailAfter = 3 });
        var numbers = new List<int>();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var message in call.ResponseStream.ReadAllAsync()) numbers.Add(message.Number);
        });
        Assert.Equal([1, 2, 3], numbers);
        Assert.Equal(new Status(StatusCode.Aborted, "failed after 3"), error.Status);
    }

    [Fact]
    public async Task Client_stream_is_added_up()
    {
        using var call = server.Client.Sum();
        for (var number = 1; number <= 100; number++) await call.RequestStream.WriteAsync(new SumRequest { Number = number });
        await call.RequestStream.CompleteAsync();
        var response = await call;
        Assert.Equal((5050, 100), (response.Sum, response.Count));
    }

    [Fact]
    public async Task Empty_client_stream_is_no_error()
    {
        using var call = server.Client.Sum();
        await call.RequestStream.CompleteAsync();
        Assert.Equal(0, (await call).Count);
    }

    [Fact]
    public async Task Handler_that_gives_up_a_client_stream_tells_why()
    {
        using var call = server.Client.Sum();
        await call.RequestStream.WriteAsync(new SumRequest { Number = -1 });
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.OutOfRange, error.StatusCode);
        var late = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true) await call.RequestStream.WriteAsync(new SumRequest());
        });
        Assert.Equal(StatusCode.OutOfRange, late.StatusCode);
    }

    [Fact]
    public async Task Duplex_stream_answers_while_it_is_asked()
    {
        using var call = server.Client.Chat();
        foreach (var text in new[] { "a", "b", "c" })
        {
            await call.RequestStream.WriteAsync(new ChatRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new ChatRequest()));
    }

    [Fact]
    public async Task Second_write_at_the_same_time_is_refused()
    {
        using var call = server.Client.Chat();
        await call.RequestStream.WriteAsync(new ChatRequest { Text = "twice" });
        Assert.True(await call.ResponseStream.MoveNext());
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Writer_waits_for_a_reader_that_does_not_read()
    {
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1000, Padding = 100_000, Call = name });
        await probe.StartedAsync;
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();
        await probe.EndedAsync;
        // 100 MB were asked for; what is in flight is bounded by the windows and buffers of both sides.
        Assert.InRange(probe.Written, 1, 900);
    }
}
