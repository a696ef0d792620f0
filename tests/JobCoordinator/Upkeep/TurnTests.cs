using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Upkeep;

/// <summary>How many jobs run at the same time.</summary>
public sealed class TurnTests(SagaBench bench) : IClassFixture<SagaBench>
{
    [Fact]
    public async Task Job_is_let_in_when_fewer_run_than_may_and_paused_ones_do_not_run()
    {
        var running = new List<SagaJob>();
        for (var no = 0; no < SagaBench.MaxRunningJobs; no++)
            running.Add(await (await bench.AcceptAsync()).InAsync(no == 0 ? "Processing" : "Initializing"));
        var waiting = await bench.AcceptAsync();

        await AskAsync(waiting);
        Assert.Empty(waiting.Sent<BeginJob>());
        await running[0].PauseAsync();
        await AskAsync(waiting);
        Assert.Single(waiting.Sent<BeginJob>());
    }

    Task AskAsync(SagaJob job) => bench.HandleAsync(new GrantTurn { JobId = job.Id }, lane: SagaBench.Upkeep);
}
