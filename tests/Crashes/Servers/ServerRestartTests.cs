using Headgate.Crashes.Tests.Checking;
using Headgate.Crashes.Tests.Matrix;
using Headgate.Hosting.Faults;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Servers;

/// <summary>Broker and databases restarted, and crashed, in the middle of a run: it completes by itself, and the checker finds nothing.</summary>
public sealed class ServerRestartTests : IAsyncLifetime
{
    /// <summary>Each test has its own: a service that an earlier one had left without a consumer would end by itself in the next.</summary>
    readonly ServerFixture _fixture = new();

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("state", false)]
    [InlineData("state", true)]
    [InlineData("destination", false)]
    [InlineData("destination", true)]
    [InlineData("broker", false)]
    [InlineData("broker", true)]
    public async Task Restarted_while_batches_are_in_hand(string server, bool crash)
    {
        var scene = new Scene(_fixture.Headgate, $"{server}-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await _fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var block = await _fixture.Headgate.BlockAsync(scene.Tables[2].Name);
        var job = await _fixture.Bus.SendRunAsync(scene.Pipeline);
        await _fixture.Headgate.WorkerBlockedAsync();
        await RestartAsync(server, crash);
        // A restarted destination has ended the lock with its session.
        if (server != "destination") await block.DisposeAsync();
        await JudgeAsync(checker, job);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Source_restarted_while_segments_are_read(bool crash)
    {
        var scene = new Scene(_fixture.Headgate, $"source-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await _fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        _fixture.Headgate.HaltAt($"{FaultPoints.SegmentRead}#2");
        var job = await _fixture.Bus.SendRunAsync(scene.Pipeline);
        await _fixture.Headgate.Worker.HaltedAsync();
        _fixture.Headgate.HaltAt(null);
        await RestartAsync("source", crash);
        await _fixture.Headgate.Worker.KillAsync();
        await _fixture.Headgate.StartWorkerAsync();
        await JudgeAsync(checker, job);
        Assert.NotEqual(0, await _fixture.Headgate.State.ScalarAsync<long>($"select sum(replans) from coordinator.job_object where job_id = '{job}'"));
    }

    /// <summary>
    /// Cut again and again while the bus comes back, a process may end up hearing nothing any more. It ends itself then, for its supervisor
    /// to start it again, which here is the test.
    /// </summary>
    [Fact]
    public async Task Connections_cut_again_and_again_leave_nobody_deaf()
    {
        var scene = new Scene(_fixture.Headgate, "cut-again");
        await scene.DeclareAsync();
        await _fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var random = new Random(1);
        var job = await _fixture.Bus.SendRunAsync(scene.Pipeline);
        for (var cut = 0; cut < 12; cut++)
        {
            await Task.Delay(random.Next(100, 1500));
            await _fixture.Headgate.Broker.CloseConnectionsAsync();
        }

        await JudgeAsync(checker, job);
    }

    /// <summary>What a supervisor does: a service whose bus stays out of order ends by itself.</summary>
    async Task ReviveAsync()
    {
        if (_fixture.Headgate.Worker.HasExited) await _fixture.Headgate.StartWorkerAsync();
        if (_fixture.Headgate.Coordinator.HasExited) await _fixture.Headgate.StartCoordinatorAsync();
    }

    async Task JudgeAsync(RunChecker checker, Guid job)
    {
        _fixture.Headgate.ForgetConnections();
        await Installation.EventuallyAsync(
            async () =>
            {
                await ReviveAsync();
                return await _fixture.Headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'") is "Completed" or "Failed";
            },
            async () => $"the coordinator says {await _fixture.Headgate.Coordinator.HealthAsync()}, the worker {await _fixture.Headgate.Worker.HealthAsync()}\n"
                + $"{_fixture.Headgate.Coordinator.Output}\n{_fixture.Headgate.Worker.Output}");
        await _fixture.Headgate.CompleteAsync(job);
        await _fixture.Headgate.QuietAsync(job);
        Assert.Empty(await checker.JudgeAsync());
    }

    Task RestartAsync(string server, bool crash) => server switch
    {
        "state" => RestartAsync(_fixture.Servers.State, crash),
        "source" => RestartAsync(_fixture.Servers.Source, crash),
        "destination" => RestartAsync(_fixture.Servers.Destination, crash),
        _ => RestartBrokerAsync(crash),
    };

    static async Task RestartAsync(PostgresServer server, bool crash)
    {
        if (crash) await server.Private!.KillAsync();
        await server.Private!.RestartAsync();
    }

    async Task RestartBrokerAsync(bool crash)
    {
        if (crash) await _fixture.Servers.Broker.Private!.KillAsync();
        await _fixture.Servers.Broker.Private!.RestartAsync();
    }
}
