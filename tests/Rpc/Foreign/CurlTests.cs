using System.Text.Json.Nodes;

namespace Headgate.Rpc.Tests.Foreign;

/// <summary>curl, with what an operator types.</summary>
public sealed class CurlTests(ForeignServer foreign) : IClassFixture<ForeignServer>
{
    const string Json = "Content-Type: application/json";

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2-prior-knowledge")]
    public async Task Json_is_answered(string version)
    {
        var result = await CurlAsync("Echo", version, "--header", Json, "--data", """{"text":"a"}""");
        Assert.Equal("a", (string?)JsonNode.Parse(result.Output)!["text"]);
    }

    [Fact]
    public async Task Get_is_answered()
    {
        var result = await CurlAsync("Echo", "--get", "--data-urlencode", "encoding=json", "--data-urlencode", """message={"text":"a b"}""");
        Assert.Equal("a b", (string?)JsonNode.Parse(result.Output)!["text"]);
    }

    [Fact]
    public async Task Error_has_its_http_status()
    {
        var result = await CurlAsync("Fail", "--header", Json, "--data", """{"code":5,"message":"no"}""", "--write-out", "\n%{http_code}");
        Assert.EndsWith("\n404", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gzip_is_understood()
    {
        var body = Path.GetTempFileName();
        await using (var gzip = new System.IO.Compression.GZipStream(File.Create(body), System.IO.Compression.CompressionLevel.Fastest))
            await gzip.WriteAsync("""{"text":"zipped"}"""u8.ToArray());
        var result = await CurlAsync("Echo", "--header", Json, "--header", "Content-Encoding: gzip", "--data-binary", $"@{body}");
        File.Delete(body);
        Assert.Equal("zipped", (string?)JsonNode.Parse(result.Output)!["text"]);
    }

    [Fact]
    public async Task Timeout_is_a_deadline()
    {
        var result = await CurlAsync("Wait", "--header", Json, "--header", "Connect-Timeout-Ms: 200", "--data", """{"call":"curl"}""");
        Assert.Equal("deadline_exceeded", (string?)JsonNode.Parse(result.Output)!["code"]);
    }

    async Task<ToolResult> CurlAsync(string method, params string[] options)
    {
        var result = await Tool.RunAsync(
            "curl", "install it (apt-get install curl).",
            ["--silent", "--show-error", .. options, $"http://{foreign.Address}/headgate.rpc.testing.v1.ProbeService/{method}"]);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException(result.ToString());
    }
}
