namespace Headgate.Rpc.Tests.Foreign;

/// <summary>Clients that run all of their scenarios in one process.</summary>
public sealed class ScriptTests(ForeignServer foreign) : IClassFixture<ForeignServer>
{
    const string HowToGetPython = "install it (apt-get install python3 python3-grpcio).";

    [Fact]
    public async Task Grpc_js_is_served()
    {
        AllWell(await NodeClients.RunAsync("grpc-js.mjs", foreign.Address), scenarios: 15);
        await CanceledAsync("grpc-js-cancel", "grpc-js-deadline");
    }

    [Fact]
    public async Task Connect_es_is_served()
    {
        AllWell(await NodeClients.RunAsync("connect.mjs", foreign.Address, foreign.Descriptors), scenarios: 75);
        foreach (var transport in new[] { "json_1", "json_2", "proto_1", "proto_2", "gzip", "grpc", "grpc_gzip" })
            await CanceledAsync($"connect-{transport}-cancel", $"connect-{transport}-deadline");
    }

    [Fact]
    public async Task Grpcio_is_served()
    {
        const string python = "/usr/bin/python3";
        var probe = await Tool.RunAsync(python, HowToGetPython, ["-c", "import grpc, google.protobuf"]);
        Assert.True(probe.ExitCode == 0, $"{python} cannot import grpc: {HowToGetPython} {probe}");
        AllWell(await Tool.RunAsync(python, HowToGetPython, [NodeClients.Script("grpcio.py"), foreign.Address, foreign.Descriptors]), scenarios: 13);
        await CanceledAsync("grpcio-cancel", "grpcio-deadline");
    }

    static void AllWell(ToolResult result, int scenarios)
    {
        var outcomes = ForeignServer.Outcomes(result);
        Assert.Empty(outcomes.Where(outcome => outcome.Value != "ok").Select(outcome => $"{outcome.Key}: {outcome.Value}"));
        Assert.Equal(scenarios, outcomes.Count);
    }

    async Task CanceledAsync(params string[] calls)
    {
        foreach (var call in calls) Assert.IsAssignableFrom<OperationCanceledException>(await foreign.Server.Calls[call].EndedAsync);
    }
}
