using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Headgate.Rpc.Connect;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Calls;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Connect;

public sealed class ConnectStreamTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Server_stream_has_all_messages_and_an_end(string version)
    {
        var (messages, end) = await SendAsync("Count", version, Envelope("""{"to":3}"""));
        Assert.Equal([1, 2, 3], messages.Select(message => (int)message["number"]!));
        Assert.Equal("{}", end.ToJsonString());
    }

    [Fact]
    public async Task Error_comes_in_the_end_after_the_messages()
    {
        var (messages, end) = await SendAsync("Count", "1.1", Envelope("""{"to":3,"failAfter":2}"""));
        Assert.Equal(2, messages.Count);
        Assert.Equal("aborted", (string?)end["error"]!["code"]);
        Assert.Equal("failed after 2", (string?)end["error"]!["message"]);
    }

    [Fact]
    public async Task Client_stream_is_added_up()
    {
        var (messages, _) = await SendAsync("Sum", "1.1", [.. Envelope("""{"number":1}"""), .. Envelope("""{"number":"41"}""")]);
        Assert.Equal("42", (string?)messages.Single()["sum"]);
    }

    [Theory]
    [InlineData("Count", """{"too":3}""", "invalid_argument")]
    [InlineData("Count", "nonsense", "invalid_argument")]
    [InlineData("Sum", """{"number":-1}""", "out_of_range")]
    public async Task Message_that_is_wrong_ends_the_stream_with_an_error(string method, string json, string code)
    {
        var (messages, end) = await SendAsync(method, "1.1", Envelope(json));
        Assert.Empty(messages);
        Assert.Equal(code, (string?)end["error"]!["code"]);
    }

    [Fact]
    public async Task Envelope_that_is_cut_off_ends_the_stream_with_an_error()
    {
        var envelope = Envelope("""{"to":3}""");
        foreach (var length in new[] { 0, 1, 4, 5, envelope.Length - 1 })
        {
            var (messages, end) = await SendAsync("Count", "1.1", envelope[..length]);
            Assert.Empty(messages);
            Assert.NotNull(end["error"]);
        }
    }

    [Fact]
    public async Task Envelope_over_the_limit_ends_the_stream_with_an_error()
    {
        var (_, end) = await SendAsync("Count", "1.1", [0, 0xff, 0xff, 0xff, 0xff]);
        Assert.Equal("resource_exhausted", (string?)end["error"]!["code"]);
    }

    [Fact]
    public async Task Deadline_comes_in_the_end()
    {
        var probe = server.Calls.New(out var name);
        var (messages, end) = await SendAsync(
            "Count", "1.1", Envelope($$"""{"to":1,"call":"{{name}}","ignoresCancellation":true}"""), ("Connect-Timeout-Ms", "300"));
        Assert.Single(messages);
        Assert.Equal("deadline_exceeded", (string?)end["error"]!["code"]);
        probe.Release();
        await probe.EndedAsync;
    }

    [Fact]
    public async Task Unknown_encoding_is_unimplemented()
    {
        var (_, end) = await SendAsync("Count", "1.1", [], ("Connect-Content-Encoding", "br"));
        Assert.Equal("unimplemented", (string?)end["error"]!["code"]);
    }

    [Fact]
    public async Task Duplex_stream_needs_http_2()
    {
        using var content = new ByteArrayContent([]);
        content.Headers.ContentType = new("application/connect+json");
        using var response = await server.Http.PostAsync($"/{ProbeReflection.Descriptor.Services[0].FullName}/Chat", content);
        Assert.Equal(505, (int)response.StatusCode);
    }

    static byte[] Envelope(string json) => GrpcRequest.FrameOf(Encoding.UTF8.GetBytes(json));

    async Task<(IReadOnlyList<JsonNode> Messages, JsonNode End)> SendAsync(
        string method, string version, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new GrpcRequest(server, method, body) { ContentType = "application/connect+json", Version = new Version(version) };
        var response = await request.SendAsync(headers);
        Assert.Equal(200, response.HttpStatus);
        Assert.Equal("application/connect+json", response.Headers["content-type"]);
        var messages = new List<JsonNode>();
        var buffer = new ReadOnlySequence<byte>(response.Body);
        while (Frame.TryRead(ref buffer, null, out var frame))
        {
            var json = JsonNode.Parse(frame.Payload.ToArray())!;
            if (frame.Flags == 2)
            {
                Assert.True(buffer.IsEmpty);
                return (messages, json);
            }

            messages.Add(json);
        }

        throw new InvalidOperationException("The stream has no end.");
    }
}
