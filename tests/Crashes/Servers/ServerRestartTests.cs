using Headgate.Crashes.Tests.Checking;
using Headgate.Crashes.Tests.Matrix;
using Headgate.Hosting.Faults;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Servers;

/// <summary>Broker and databases restarted, and crashed, in the middle of a run: it completes by itself, and the checker finds nothing.</summary>
public sealed class ServerRestartTests(ServerFixture fixture) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    /// <summary>Each test has its own: a service that an earlier one had left without a consumer would end by itself in the next.</summary>
    Installation _headgate = null!;

    OperatorBus _bus = null!;

    public async Task InitializeAsync()
    {
        _headgate = await Installation.StartAsync(
            environment =>
            {
                environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:00:02";
                environment["HEADGATE_BUS_PATIENCE"] = "00:00:10";
            },
            fixture.Servers,
            canHalt: true);
        _bus = await OperatorBus.ConnectAsync(_headgate.Broker.AmqpUri);
    }

    public async Task DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _headgate.DisposeAsync();
    }

    [Theory]
    [InlineData("state", true)]
    [InlineData("destination", true)]
    [InlineData("broker", true)]
    public Task Restarted_while_batches_are_in_hand(string server, bool crash) => RestartInMidRunAsync(server, crash);

    /// <summary>Sessions end with a word instead of without one: the gate cuts the broker's so below, again and again.</summary>
    [Theory]
    [InlineData("state")]
    [InlineData("destination")]
    [InlineData("broker")]
    [Trait("Gate", "ByHand")]
    public Task Restarted_gently_while_batches_are_in_hand(string server) => RestartInMidRunAsync(server, crash: false);

    [Fact]
    public Task Source_crashed_while_segments_are_read() => RestartSourceAsync(crash: true);

    [Fact]
    [Trait("Gate", "ByHand")]
    public Task Source_restarted_gently_while_segments_are_read() => RestartSourceAsync(crash: false);

    async Task RestartSourceAsync(bool crash)
    {
        var scene = new Scene(_headgate, $"source-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await _headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        _headgate.HaltAt($"{FaultPoints.SegmentRead}#2");
        var job = await _bus.SendRunAsync(scene.Pipeline);
        await _headgate.Worker.HaltedAsync();
        _headgate.HaltAt(null);
        await RestartAsync("source", crash);
        await _headgate.Worker.KillAsync();
        await _headgate.StartWorkerAsync();
        await JudgeAsync(checker, job);
        Assert.NotEqual(0, await _headgate.State.ScalarAsync<long>($"select sum(replans) from coordinator.job_object where job_id = '{job}'"));
    }

    /// <summary>
    /// Cut again and again while the bus comes back, a process may end up hearing nothing any more. It ends itself then, for its supervisor
    /// to start it again, which here is the test.
    /// </summary>
    [Fact]
    public async Task Connections_cut_again_and_again_leave_nobody_deaf()
    {
        var scene = new Scene(_headgate, "cut-again");
        await scene.DeclareAsync();
        await _headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var random = new Random(1);
        var job = await _bus.SendRunAsync(scene.Pipeline);
        for (var cut = 0; cut < 12; cut++)
        {
            await Task.Delay(random.Next(100, 1500));
            await _headgate.Broker.CloseConnectionsAsync();
        }

        await JudgeAsync(checker, job);
    }

    async Task RestartInMidRunAsync(string server, bool crash)
    {
        var scene = new Scene(_headgate, $"{server}-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await _headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var block = await _headgate.BlockAsync(scene.Tables[2].Name);
        var job = await _bus.SendRunAsync(scene.Pipeline);
        await _headgate.WorkerBlockedAsync();
        await RestartAsync(server, crash);
        // A restarted destination has ended the lock with its session.
        if (server != "destination") await block.DisposeAsync();
        await JudgeAsync(checker, job);
    }

    /// <summary>What a supervisor does: a service whose bus stays out of order ends by itself.</summary>
    async Task ReviveAsync()
    {
        if (_headgate.Worker.HasExited) await _headgate.StartWorkerAsync();
        if (_headgate.Coordinator.HasExited) await _headgate.StartCoordinatorAsync();
    }

    async Task JudgeAsync(RunChecker checker, Guid job)
    {
        _headgate.ForgetConnections();
        await Installation.EventuallyAsync(
            async () =>
            {
                await ReviveAsync();
                return await _headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'") is "Completed" or "Failed";
            },
            async () => $"the coordinator says {await _headgate.Coordinator.HealthAsync()}, the worker {await _headgate.Worker.HealthAsync()}\n"
                + $"{_headgate.Coordinator.Output}\n{_headgate.Worker.Output}");
        await _headgate.CompleteAsync(job);
        await _headgate.QuietAsync(job);
        Assert.Empty(await checker.JudgeAsync());
    }

    Task RestartAsync(string server, bool crash) => server switch
    {
        "state" => RestartAsync(fixture.Servers.State, crash),
        "source" => RestartAsync(fixture.Servers.Source, crash),
        "destination" => RestartAsync(fixture.Servers.Destination, crash),
        _ => RestartBrokerAsync(crash),
    };

    static async Task RestartAsync(PostgresServer server, bool crash)
    {
        if (crash) await server.Private!.KillAsync();
        await server.Private!.RestartAsync();
    }

    async Task RestartBrokerAsync(bool crash)
    {
        if (crash) await fixture.Servers.Broker.Private!.KillAsync();
        await fixture.Servers.Broker.Private!.RestartAsync();
    }
}
