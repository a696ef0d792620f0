using Grpc.Core;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

public sealed class UnaryTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Fact]
    public async Task Message_comes_back()
    {
        var response = await server.Client.EchoAsync(new EchoRequest { Text = "grüße", Number = long.MaxValue });
        Assert.Equal("grüße", response.Text);
        Assert.Equal(long.MaxValue, response.Number);
        Assert.False(response.HasDeadline);
    }

    [Fact]
    public void Blocking_call_returns_the_message() => Assert.Equal("a", server.Client.Echo(new EchoRequest { Text = "a" }).Text);

    [Fact]
    public async Task Metadata_goes_both_ways_as_text_and_as_bytes()
    {
        var headers = new Metadata { { "X-Text", "text" }, { "x-bytes-bin", [1, 2, 255] }, { "x-want-metadata", "" } };
        using var call = server.Client.EchoAsync(new EchoRequest(), headers);
        var response = await call;
        Assert.Equal("text", response.Headers["x-text"]);
        Assert.Equal("0102FF", response.Headers["x-bytes-bin"]);
        Assert.Equal("head", (await call.ResponseHeadersAsync).GetValue("x-head"));
        Assert.Equal([0, 255, 1], (await call.ResponseHeadersAsync).GetValueBytes("x-head-bin")!);
        Assert.Equal("tail", call.GetTrailers().GetValue("x-tail"));
        Assert.Equal([2, 254, 3], call.GetTrailers().GetValueBytes("x-tail-bin")!);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Names_of_the_protocol_are_no_metadata()
    {
        var response = await server.Client.EchoAsync(new EchoRequest(), new Metadata { { "grpc-timeout", "1n" }, { "te", "x" } }, DateTime.MaxValue);
        Assert.DoesNotContain(response.Headers.Keys, key => key is "grpc-timeout" or "te" or "content-type" or "grpc-accept-encoding" || key.StartsWith(':'));
    }

    [Theory]
    [InlineData(StatusCode.NotFound, "nothing")]
    [InlineData(StatusCode.Unauthenticated, "100 % \"größe\"\r\n\t日本 ~")]
    [InlineData(StatusCode.DataLoss, "")]
    public async Task Status_of_the_handler_is_the_callers(StatusCode code, string message)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(new FailRequest { Code = (int)code, Message = message }));
        Assert.Equal(new Status(code, message), error.Status);
        Assert.Equal("because", error.Trailers.GetValue("x-why"));
    }

    [Fact]
    public async Task Status_that_the_handler_sets_takes_the_message_away()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client.FailAsync(new FailRequest { Code = (int)StatusCode.Aborted, Message = "set", Kind = "status" }));
        Assert.Equal(new Status(StatusCode.Aborted, "set"), error.Status);
    }

    [Fact]
    public async Task Details_of_an_error_come_along()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(
            new FailRequest { Code = (int)StatusCode.FailedPrecondition, Message = "no", Kind = "details" }));
        var status = error.GetRpcStatus()!;
        Assert.Equal("a.b", status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
        Assert.Equal("job", status.GetDetail<Google.Rpc.PreconditionFailure>()!.Violations.Single().Subject);
        Assert.Null(status.GetDetail<Google.Rpc.Status>());
    }

    [Fact]
    public async Task Exception_of_the_handler_is_logged_and_not_told()
    {
        var secret = Guid.NewGuid().ToString();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(new FailRequest { Message = secret, Kind = "unmapped" }));
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        Assert.Contains(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exception_that_is_mapped_has_its_status()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.FailAsync(new FailRequest { Message = "mapped", Kind = "mapped" }));
        Assert.Equal(new Status(StatusCode.FailedPrecondition, "mapped"), error.Status);
    }

    [Fact]
    public async Task Method_that_is_not_there_is_unimplemented()
    {
        var method = new Method<EchoRequest, EchoResponse>(
            MethodType.Unary, "headgate.rpc.testing.v1.ProbeService", "Nothing", ProbeMarshallers.EchoRequest, ProbeMarshallers.EchoResponse);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Request_over_the_limit_is_refused()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client.EchoAsync(new EchoRequest { Text = new string('x', ProbeServer.MaxReceiveSize) }));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Response_over_the_limit_is_refused()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.EchoAsync(new EchoRequest { Padding = ProbeServer.MaxSendSize }));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains("Sending message exceeds", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_of_the_channel_count_at_the_client()
    {
        using var channel = server.NewChannel(options => { options.MaxReceiveMessageSize = 1000; options.MaxSendMessageSize = 1000; });
        var client = new Testing.V1.ProbeService.ProbeServiceClient(channel);
        var received = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(new EchoRequest { Padding = 1000 }));
        Assert.Equal(StatusCode.ResourceExhausted, received.StatusCode);
        var sent = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(new EchoRequest { Text = new string('x', 1000) }));
        Assert.Contains("Sending message exceeds", sent.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress("http://127.0.0.1:1");
        var client = new Testing.V1.ProbeService.ProbeServiceClient(channel);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(new EchoRequest()));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }
}
