using Headgate.Crashes.Tests.Checking;
using Headgate.Crashes.Tests.Matrix;
using Headgate.Hosting.Faults;
using Headgate.Tests.Installations;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Servers;

/// <summary>Broker and databases restarted, and crashed, in the middle of a run: it completes by itself, and the checker finds nothing.</summary>
public sealed class ServerRestartTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("state", false)]
    [InlineData("state", true)]
    [InlineData("destination", false)]
    [InlineData("destination", true)]
    [InlineData("broker", false)]
    [InlineData("broker", true)]
    public async Task Restarted_while_batches_are_in_hand(string server, bool crash)
    {
        var scene = new Scene(fixture.Headgate, $"{server}-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var block = await fixture.Headgate.BlockAsync(scene.Tables[2].Name);
        var job = await fixture.Bus.SendRunAsync(scene.Pipeline);
        await fixture.Headgate.WorkerBlockedAsync();
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
        var scene = new Scene(fixture.Headgate, $"source-{(crash ? "crashed" : "restarted")}");
        await scene.DeclareAsync();
        await fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var usual = fixture.Headgate.Worker;
        await usual.KillAsync();
        fixture.Headgate.LaunchHaltingWorker($"{FaultPoints.SegmentRead}#2");
        var halting = fixture.Headgate.Worker;
        var job = await fixture.Bus.SendRunAsync(scene.Pipeline);
        await halting.HaltedAsync();
        await RestartAsync("source", crash);
        await halting.KillAsync();
        await fixture.Headgate.StartWorkerAsync();
        await JudgeAsync(checker, job);
        Assert.NotEqual(0, await fixture.Headgate.State.ScalarAsync<long>($"select sum(replans) from coordinator.job_object where job_id = '{job}'"));
    }

    /// <summary>
    /// Cut again and again while the bus comes back, a process may end up hearing nothing any more. It ends itself then, for its supervisor
    /// to start it again, which here is the test.
    /// </summary>
    [Fact]
    public async Task Connections_cut_again_and_again_leave_nobody_deaf()
    {
        var scene = new Scene(fixture.Headgate, "cut-again");
        await scene.DeclareAsync();
        await fixture.Headgate.ApplyAsync(scene.Yaml);
        var checker = await scene.SetAsync();
        var random = new Random(1);
        var job = await fixture.Bus.SendRunAsync(scene.Pipeline);
        for (var cut = 0; cut < 12; cut++)
        {
            await Task.Delay(random.Next(100, 1500));
            await fixture.Headgate.Broker.CloseConnectionsAsync();
        }

        await Installation.EventuallyAsync(
            async () =>
            {
                if (fixture.Headgate.Worker.HasExited) await fixture.Headgate.StartWorkerAsync();
                if (fixture.Headgate.Coordinator.HasExited) await fixture.Headgate.StartCoordinatorAsync();
                return await fixture.Headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'") == "Completed";
            },
            async () => $"the coordinator says {await fixture.Headgate.Coordinator.HealthAsync()}, the worker {await fixture.Headgate.Worker.HealthAsync()}\n"
                + $"{fixture.Headgate.Coordinator.Output}\n{fixture.Headgate.Worker.Output}");
        await JudgeAsync(checker, job);
    }

    async Task JudgeAsync(RunChecker checker, Guid job)
    {
        fixture.Headgate.ForgetConnections();
        await fixture.Headgate.CompleteAsync(job);
        await fixture.Headgate.QuietAsync(job);
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
