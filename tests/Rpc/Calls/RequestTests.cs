using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

/// <summary>Requests that no decent client sends.</summary>
public sealed class RequestTests(SharedServer shared) : IClassFixture<SharedServer>
{
    const string Unknown = "2";
    const string Unimplemented = "12";
    const string Internal = "13";
    const string ResourceExhausted = "8";

    readonly ProbeServer server = shared.Server;

    static byte[] Echo { get; } = GrpcRequest.FrameOf(new EchoRequest { Text = "a" });

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("Application/gRPC; charset=utf-8")]
    public async Task Content_type_of_grpc_is_served(string contentType)
    {
        var response = await SendAsync(Echo, contentType);
        Assert.Equal("0", response.Status);
        Assert.Equal("application/grpc", response.Headers["content-type"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpcx")]
    public async Task Other_content_type_is_415(string contentType) => Assert.Equal(415, (await SendAsync(Echo, contentType)).HttpStatus);

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Other_verb_is_405(string verb)
    {
        using var request = new GrpcRequest(server, "Fail", Echo) { Verb = new HttpMethod(verb) };
        Assert.Equal(405, (await request.SendAsync()).HttpStatus);
    }

    [Fact]
    public async Task Http_1_is_asked_to_upgrade()
    {
        using var request = new GrpcRequest(server, "Echo", Echo) { Version = HttpVersion.Version11 };
        Assert.Equal(426, (await request.SendAsync()).HttpStatus);
    }

    [Fact]
    public async Task Unknown_service_is_unimplemented()
    {
        using var request = new GrpcRequest(server, "/no.such.Service/Method", Echo);
        var response = await request.SendAsync();
        Assert.Equal(Unimplemented, response.Status);
        Assert.True(response.IsTrailersOnly);
    }

    [Fact]
    public async Task Path_that_is_no_call_is_not_found()
    {
        using var request = new GrpcRequest(server, "/no/such/path", Echo);
        Assert.Equal(404, (await request.SendAsync()).HttpStatus);
    }

    [Fact]
    public async Task Request_without_a_message_is_refused() => Assert.Equal(Internal, (await SendAsync([])).Status);

    [Fact]
    public async Task Request_with_two_messages_is_refused() => Assert.Equal(Internal, (await SendAsync([.. Echo, .. Echo])).Status);

    [Fact]
    public async Task Bytes_after_the_message_are_refused() => Assert.Equal(Internal, (await SendAsync([.. Echo, 0])).Status);

    [Fact]
    public async Task Message_that_is_cut_off_is_refused()
    {
        for (var length = 1; length < Echo.Length; length++) Assert.Equal(Internal, (await SendAsync(Echo[..length])).Status);
    }

    [Fact]
    public async Task Message_of_another_type_is_refused() => Assert.Equal(Unknown, (await SendAsync(GrpcRequest.FrameOf([0xff, 0xff]))).Status);

    [Theory]
    [InlineData(2)]
    [InlineData(128)]
    [InlineData(255)]
    public async Task Unknown_flags_are_refused(byte flags) => Assert.Equal(Unknown, (await SendAsync(GrpcRequest.FrameOf(new EchoRequest(), flags))).Status);

    [Theory]
    [InlineData(0x7f, ResourceExhausted)]
    [InlineData(0xff, Unknown)]
    public async Task Length_over_the_limit_is_refused_before_the_message_comes(byte first, string status) =>
        Assert.Equal(status, (await SendAsync([0, first, 0xff, 0xff, 0xff, 1])).Status);

    [Fact]
    public async Task Gzip_is_understood()
    {
        var response = await SendAsync(GrpcRequest.FrameOf(Zipped(new EchoRequest { Text = "zipped" }.ToByteArray()), 1), headers: ("grpc-encoding", "gzip"));
        Assert.Equal("zipped", response.Messages(EchoResponse.Parser).Single().Text);
        Assert.DoesNotContain("grpc-encoding", response.Headers.Keys);
    }

    [Fact]
    public async Task Message_in_a_gzip_call_need_not_be_compressed() => Assert.Equal("0", (await SendAsync(Echo, headers: ("grpc-encoding", "gzip"))).Status);

    [Fact]
    public async Task Compressed_message_without_an_encoding_is_refused() =>
        Assert.Equal(Internal, (await SendAsync(GrpcRequest.FrameOf(Zipped([]), 1))).Status);

    [Fact]
    public async Task What_is_no_gzip_is_refused() =>
        Assert.Equal(Unknown, (await SendAsync(GrpcRequest.FrameOf([1, 2, 3], 1), headers: ("grpc-encoding", "gzip"))).Status);

    [Fact]
    public async Task Gzip_that_grows_over_the_limit_is_refused()
    {
        var bomb = GrpcRequest.FrameOf(Zipped(new byte[200_000_000]), 1);
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(ResourceExhausted, (await SendAsync(bomb, headers: ("grpc-encoding", "gzip"))).Status);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100_000_000);
    }

    [Fact]
    public async Task Unknown_encoding_is_unimplemented_and_the_known_are_named()
    {
        var response = await SendAsync(GrpcRequest.FrameOf(Zipped([]), 1), headers: ("grpc-encoding", "br"));
        Assert.Equal(Unimplemented, response.Status);
        Assert.Contains("gzip", response.Headers["grpc-accept-encoding"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S x")]
    [InlineData("0S")]
    [InlineData("0n")]
    public async Task Timeout_that_is_none_is_passed_over(string timeout)
    {
        var response = await SendAsync(Echo, headers: ("grpc-timeout", timeout));
        Assert.False(response.Messages(EchoResponse.Parser).Single().HasDeadline);
    }

    [Theory]
    [InlineData("123456789S")]
    [InlineData("99999999H")]
    [InlineData("99999999M")]
    [InlineData("2000H")]
    public async Task Timeout_of_years_is_none_to_wait_for(string timeout) => Assert.Equal("0", (await SendAsync(Echo, headers: ("grpc-timeout", timeout))).Status);

    [Theory]
    [InlineData("AQL/", "0102FF")]
    [InlineData("AQI", "0102")]
    [InlineData("AQI=", "0102")]
    [InlineData("", "")]
    public async Task Bytes_in_metadata_come_with_and_without_padding(string value, string bytes)
    {
        var response = await SendAsync(Echo, headers: ("x-bytes-bin", value));
        Assert.Equal(bytes, response.Messages(EchoResponse.Parser).Single().Headers["x-bytes-bin"]);
    }

    [Fact]
    public async Task Bytes_in_metadata_that_are_no_base64_are_refused() => Assert.Equal(Unknown, (await SendAsync(Echo, headers: ("x-bytes-bin", "*"))).Status);

    [Fact]
    public async Task Headers_over_the_limit_are_refused()
    {
        // Kestrel resets the stream or the connection; either way nothing of it reaches a handler, and the server goes on.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(Echo, headers: ("x-large", new string('x', 100_000))));
        Assert.Equal("0", (await SendAsync(Echo)).Status);
    }

    [Fact]
    public async Task Trailers_of_the_handler_cannot_forge_the_status()
    {
        var response = await SendAsync(Echo, headers: ("x-want-metadata", "1"));
        Assert.Equal("0", response.Status);
        Assert.Equal("Av4D", response.Trailers["x-tail-bin"]);
    }

    static byte[] Zipped(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest)) gzip.Write(bytes);
        return zipped.ToArray();
    }

    async Task<GrpcResponse> SendAsync(byte[] body, string contentType = "application/grpc", params (string Name, string Value)[] headers)
    {
        using var request = new GrpcRequest(server, "Echo", body) { ContentType = contentType };
        return await request.SendAsync(headers);
    }
}
