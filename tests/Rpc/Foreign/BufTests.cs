using System.Text.Json.Nodes;

namespace Headgate.Rpc.Tests.Foreign;

/// <summary><c>buf curl</c>, which speaks both protocols, and learns the service by reflection or from a file.</summary>
public sealed class BufTests(ForeignServer foreign) : IClassFixture<ForeignServer>
{
    [Theory]
    [InlineData("grpc", "grpc-v1")]
    [InlineData("grpc", "grpc-v1alpha")]
    [InlineData("connect", "grpc-v1")]
    public async Task Service_is_known_by_reflection(string protocol, string reflection)
    {
        var result = await CurlAsync("Echo", """{"text":"a","number":"7"}""", "--protocol", protocol, "--reflect", "--reflect-protocol", reflection);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("7", (string?)JsonNode.Parse(result.Output)!["number"]);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("connect")]
    public async Task Service_is_known_from_a_file(string protocol)
    {
        var result = await CurlAsync("Count", """{"to":3}""", "--protocol", protocol, "--schema", foreign.Descriptors);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(3, result.Output.Split("\"number\"").Length - 1);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("connect")]
    public async Task Error_comes_with_its_details(string protocol)
    {
        var result = await CurlAsync("Fail", """{"code":9,"message":"no","kind":"details"}""", "--protocol", protocol, "--schema", foreign.Descriptors);
        // buf ends with eight times the status.
        Assert.Equal(9 * 8, result.ExitCode);
        Assert.Contains("failed_precondition", result.Errors, StringComparison.Ordinal);
        Assert.Contains("google.rpc.BadRequest", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_are_listed()
    {
        var result = await BufAsync("curl", "--http2-prior-knowledge", "--list-services", $"http://{foreign.Address}");
        Assert.Contains("headgate.rpc.testing.v1.ProbeService", result.Output, StringComparison.Ordinal);
    }

    static async Task<ToolResult> BufAsync(params string[] arguments)
    {
        var directory = await NodeClients.DirectoryAsync;
        return await Tool.RunAsync(Path.Combine(directory, "node_modules", ".bin", "buf"), "npm ci in tests/Rpc/clients.", arguments, directory);
    }

    Task<ToolResult> CurlAsync(string method, string data, params string[] options) => BufAsync(
        ["curl", "--http2-prior-knowledge", .. options, "--data", data, $"http://{foreign.Address}/headgate.rpc.testing.v1.ProbeService/{method}"]);
}
