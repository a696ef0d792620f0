using Headgate.Cli.Tests.Running;
using Headgate.V1;
using Microsoft.AspNetCore.Http;

namespace Headgate.Cli.Tests.ExamplePrograms;

/// <summary>The programs in examples/, as they stand there.</summary>
public sealed class ExampleProgramTests(ExampleTools tools) : IClassFixture<ExampleTools>
{
    static readonly string[] Programs = ["curl", "python", "node"];

    public static TheoryData<string, string, string?> Missing()
    {
        var missing = new TheoryData<string, string, string?>();
        foreach (var program in Programs)
            foreach (var (name, value) in new[] { ("HEADGATE_SERVER", null), ("HEADGATE_SERVER", ""), ("HEADGATE_KEY_FILE", null), ("HEADGATE_KEY_FILE", "") }) missing.Add(program, name, value);
        return missing;
    }

    public static TheoryData<string, bool> Addresses()
    {
        var addresses = new TheoryData<string, bool>();
        foreach (var program in Programs)
            foreach (var isEncrypted in new[] { false, true }) addresses.Add(program, isEncrypted);
        return addresses;
    }

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task Setting_that_is_missing_is_told_in_one_sentence(string program, string name, string? value)
    {
        var result = await tools.RunAsync(
            program, name == "HEADGATE_SERVER" ? value : "http://127.0.0.1:1", name == "HEADGATE_KEY_FILE" ? value : tools.KeyFile);

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Matches($"^{name} is not set: [^\n]+\n$", result.Error);
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Address_may_end_with_a_slash_and_be_encrypted(string program, bool isEncrypted)
    {
        var certificate = isEncrypted ? tools.Certificate : null;
        await using var connect = await ConnectServer.StartAsync(certificate, CompletesAsync);
        await using var grpc = await Coordinator.StartAsync(certificate);
        grpc.On<SyncNowRequest>(_ => connect.Started)
            .OnStream<WatchJobRequest>(async (_, send, _) => await send(new WatchJobResponse { Job = Completed, ResumeToken = "1" }));

        var address = (program == "curl" ? connect.Address : grpc.Address).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var result = await tools.RunAsync(program, $"{address}/", tools.KeyFile);

        Assert.Equal((0, "It starts.\nCOMPLETED 100 %, written 8400\n", ""), (result.ExitCode, result.Out, result.Error));
    }

    [Fact]
    public async Task Curl_goes_on_where_the_stream_broke_off()
    {
        await using var server = await ConnectServer.StartAsync(
            null,
            async (stream, _) =>
            {
                await ConnectServer.SendAsync(stream, new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
                await ConnectServer.SendAsync(stream, new WatchJobResponse { ResumeToken = "a/heartbeat+2=" });
                // Amid a message.
                await stream.WriteAsync("\0\0\0\u0001\0{\"job"u8.ToArray());
            },
            (_, http) =>
            {
                http.Abort();
                return Task.CompletedTask;
            },
            (stream, _) => ConnectServer.SendAsync(stream, 2, """{"error": {"code": "unavailable", "message": "The server stops."}}"""),
            CompletesAsync);

        var result = await tools.RunAsync("curl", server.Address, tools.KeyFile);

        Assert.Equal((0, "It starts.\nPROCESSING 10.5 %, written 8400\nCOMPLETED 100 %, written 8400\n"), (result.ExitCode, result.Out));
        Assert.Equal(["", "a/heartbeat+2=", "a/heartbeat+2=", "a/heartbeat+2="], server.Watched.Select(request => request.ResumeToken));
        Assert.All(server.Watched, request => Assert.Equal(Examples.JobId, request.Job.Id));
    }

    [Fact]
    public async Task Curl_tells_why_a_stream_ended_that_cannot_go_on()
    {
        await using var server = await ConnectServer.StartAsync(
            null, (stream, _) => ConnectServer.SendAsync(stream, 2, """{"error": {"code": "unauthenticated", "message": "The key is not accepted."}}"""));

        var result = await tools.RunAsync("curl", server.Address, tools.KeyFile);

        Assert.Equal((1, "unauthenticated: The key is not accepted.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Curl_ends_with_a_job_that_failed_though_its_stream_goes_on()
    {
        await using var server = await ConnectServer.StartAsync(null, async (stream, http) =>
        {
            await ConnectServer.SendAsync(stream, new WatchJobResponse { Job = Examples.Job(JobState.Failed), ResumeToken = "1" });
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        var result = await tools.RunAsync("curl", server.Address, tools.KeyFile);

        Assert.Equal((1, "It starts.\nFAILED 10.5 %, written 8400\n"), (result.ExitCode, result.Out));
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("python")]
    [InlineData("node")]
    public async Task Job_that_a_guard_holds_is_not_waited_for(string program)
    {
        var held = new WatchJobResponse { Job = Examples.Job(JobState.Paused, job => job.Stop = Held), ResumeToken = "1" };
        await using var connect = await ConnectServer.StartAsync(null, async (stream, http) =>
        {
            await ConnectServer.SendAsync(stream, held);
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var grpc = await Coordinator.StartAsync(null);
        grpc.On<SyncNowRequest>(_ => connect.Started).OnStream<WatchJobRequest>(async (_, send, context) =>
        {
            await send(held);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });

        var result = await tools.RunAsync(program, program == "curl" ? connect.Address : grpc.Address, tools.KeyFile);

        Assert.Equal((1, $"{Held.Reason}\n"), (result.ExitCode, result.Error));
    }

    static Stop Held => new() { Cause = StopCause.Guard, Reason = "Guard volume: 480,000 records, 6 times the usual." };

    static Job Completed => Examples.Job(JobState.Completed, job => job.Percent = 100);

    static async Task CompletesAsync(Stream stream, HttpContext http)
    {
        await ConnectServer.SendAsync(stream, new WatchJobResponse { Job = Completed, ResumeToken = "3" });
        await ConnectServer.SendAsync(stream, 2, "{}");
    }
}
