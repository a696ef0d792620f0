using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Headgate.Rpc.Interception;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;
using ProbeClient = Headgate.Rpc.Testing.V1.ProbeService.ProbeServiceClient;

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unary_call_whose_handler_ignores_the_stop_is_answered_and_its_request_held(bool hasDeadline)
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        DateTime? deadline = hasDeadline ? TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1) : null;
        var call = server.Client.WaitAsync(new WaitRequest { Call = name, IgnoresCancellation = true }, deadline: deadline);
        await probe.StartedAsync;
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await probe.CanceledAsync;
        Assert.Equal(1, server.OpenCalls);
        probe.Release();
        Assert.Null(await probe.EndedAsync);
        await server.StopAsync();
        Assert.Equal(0, server.OpenCalls);
    }

    [Fact]
    public async Task Stream_whose_handler_ignores_the_stop_is_answered_and_takes_no_more_messages()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1, Call = name, IgnoresCancellation = true });
        Assert.True(await call.ResponseStream.MoveNext());
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.False(probe.EndedAsync.IsCompleted);
        probe.Release();
        Assert.IsType<InvalidOperationException>(await probe.EndedAsync);
    }

    [Fact]
    public async Task Stream_that_its_handler_ends_well_because_of_the_stop_is_unavailable()
    {
        await using var server = await ProbeServer.StartAsync(grpc: options => options.Interceptors.Add<EndsWell>());
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1, Call = name });
        Assert.True(await call.ResponseStream.MoveNext());
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await probe.EndedAsync;
    }

    [Fact]
    public async Task Stream_whose_handler_waits_for_its_client_is_unavailable_at_once()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.Chat();
        await call.RequestStream.WriteAsync(new ChatRequest { Text = "a" });
        Assert.True(await call.ResponseStream.MoveNext());
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await server.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Fact]
    public async Task Stream_whose_client_has_more_to_send_does_not_hold_up_the_stop()
    {
        await using var server = await ProbeServer.StartAsync();
        using var content = new Unended(GrpcRequest.FrameOf(new ChatRequest { Text = "a" }));
        content.Headers.ContentType = new("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/headgate.rpc.testing.v1.ProbeService/Chat")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(["14"], response.TrailingHeaders.GetValues("grpc-status"));
        await server.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Fact]
    public async Task Stream_that_its_client_does_not_read_does_not_hold_up_the_stop()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var call = server.Client.Count(new CountRequest { To = 1000, Padding = 100_000, Call = name });
        Assert.True(await call.ResponseStream.MoveNext());
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        await probe.EndedAsync;
        await server.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_whose_client_does_not_read_its_connection_does_not_hold_up_the_stop(bool isGrpc)
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var call = isGrpc
            ? await UnreadCall.GrpcAsync(server, "Count", GrpcRequest.FrameOf(new CountRequest { To = 1000, Padding = 100_000, Call = name }))
            : await UnreadCall.ConnectAsync(server, "Count", GrpcRequest.FrameOf(Encoding.UTF8.GetBytes($$"""{"to":1000,"padding":100000,"call":"{{name}}"}""")));
        await UnreadCall.FullAsync(probe);
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        await probe.EndedAsync;
        await server.StopAsync();
        // Kestrel, left alone, waits for such a client for as long as the host lets it: half a minute.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, 5 * Second);
        Assert.Equal(0, server.OpenCalls);
    }

    [Fact]
    public async Task Unary_call_of_connect_is_unavailable_too()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var content = new StringContent($$"""{"call":"{{name}}","ignoresCancellation":true}""", Encoding.UTF8, "application/json");
        var call = server.Http.PostAsync("/headgate.rpc.testing.v1.ProbeService/Wait", content);
        await probe.StartedAsync;
        server.BeginToStop();
        using var response = await call;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("\"unavailable\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        probe.Release();
        Assert.Null(await probe.EndedAsync);
    }

    [Fact]
    public async Task Stream_of_connect_whose_handler_waits_for_its_client_is_unavailable_at_once()
    {
        await using var server = await ProbeServer.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var message = GrpcRequest.FrameOf("""{"number":1}"""u8.ToArray());
        var head = "POST /headgate.rpc.testing.v1.ProbeService/Sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+json\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{message.Length:x}\r\n";
        await socket.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. message, .. "\r\n"u8]);
        await server.Calls[Probe.ProbeService.SumCall].StartedAsync;
        var began = TimeProvider.System.GetTimestamp();
        server.BeginToStop();
        var answer = "";
        var buffer = new byte[4096];
        while (!answer.Contains("\"unavailable\"", StringComparison.Ordinal))
            answer += Encoding.ASCII.GetString(buffer, 0, await socket.GetStream().ReadAtLeastAsync(buffer, 1).AsTask().WaitAsync(Second));
        // Though the client neither goes on nor goes away.
        await server.Calls[Probe.ProbeService.SumCall].EndedAsync.WaitAsync(Second);
        socket.Close();
        await server.StopAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Second);
    }

    [Fact]
    public async Task Server_that_has_stopped_is_unavailable()
    {
        await using var server = await ProbeServer.StartAsync();
        await server.Client.EchoAsync(new EchoRequest());
        await server.StopAsync();
        // A connection of its own: the old one may learn of its end only when the call is on it.
        using var channel = server.NewChannel();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new ProbeClient(channel).EchoAsync(new EchoRequest()));
        Assert.True(error.StatusCode == StatusCode.Unavailable, error.ToString());
        Assert.Equal(0, server.OpenCalls);
    }

    /// <summary>As handlers do that take a canceled token for the end.</summary>
    sealed class EndsWell : CallInterceptor
    {
        protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
        {
            var ended = new TaskCompletionSource();
            // So that the end comes before the server is done with firing the token.
            context.CancellationToken.Register(() => ended.Task.Wait(Second));
            try
            {
                return await handler();
            }
            catch (OperationCanceledException)
            {
                return default!;
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    /// <summary>A request that has begun, and does not end.</summary>
    sealed class Unended(byte[] begin) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(begin);
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
