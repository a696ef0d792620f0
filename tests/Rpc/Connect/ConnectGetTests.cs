using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Connect;

/// <summary>Calls without side effects, with the message in the query.</summary>
public sealed class ConnectGetTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Theory]
    [InlineData("?connect=v1&encoding=json&message=%7B%22text%22%3A%22a%22%7D")]
    [InlineData("?message=eyJ0ZXh0IjoiYSJ9&base64=1&encoding=json&more=ignored")]
    public async Task Get_reads_the_message_from_the_query(string query)
    {
        using var response = await server.Http.GetAsync(ConnectUnaryTests.Path("Echo") + query);
        Assert.Contains("\"text\": \"a\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_reads_gzip_from_the_query()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync("""{"text":"z"}"""u8.ToArray());
        var message = Uri.EscapeDataString(Convert.ToBase64String(zipped.ToArray()).Replace('+', '-').Replace('/', '_'));
        using var response = await server.Http.GetAsync($"{ConnectUnaryTests.Path("Echo")}?encoding=json&base64=1&compression=gzip&message={message}");
        Assert.Contains("\"z\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_reads_proto_from_the_query()
    {
        var message = Convert.ToBase64String(new EchoRequest { Text = "ÿÿÿ" }.ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        using var response = await server.Http.GetAsync($"{ConnectUnaryTests.Path("Echo")}?encoding=proto&base64=1&message={message}");
        Assert.Equal("ÿÿÿ", EchoResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Text);
    }

    [Theory]
    [InlineData("?encoding=json", 400)]
    [InlineData("?message=%7B%7D", 400)]
    [InlineData("?message=%7B%7D&encoding=json&connect=v2", 400)]
    [InlineData("?message=*&encoding=json&base64=1", 400)]
    [InlineData("?message=%7B%7D&encoding=json&compression=br", 501)]
    [InlineData("?message=%7B%7D&encoding=xml", 415)]
    public async Task Get_that_is_malformed_is_refused(string query, int status)
    {
        using var response = await server.Http.GetAsync(ConnectUnaryTests.Path("Echo") + query);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Get_of_what_has_side_effects_is_405()
    {
        using var response = await server.Http.GetAsync(ConnectUnaryTests.Path("Fail") + "?encoding=json&message=%7B%7D");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }
}
