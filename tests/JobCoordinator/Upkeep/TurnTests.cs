using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
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

    [Fact]
    public async Task Dry_runs_have_two_turns_of_their_own()
    {
        SagaJob[] runs = [await bench.AcceptAsync(), await bench.AcceptAsync()];
        foreach (var run in runs) await run.InAsync("Initializing");
        SagaJob[] dry = [await DryRunAsync(), await DryRunAsync(), await DryRunAsync()];

        await dry[0].BeginAsync();
        await AskAsync(dry[2]);
        Assert.Single(dry[2].Sent<BeginJob>());
        await dry[1].BeginAsync();
        await AskAsync(dry[2]);
        Assert.Single(dry[2].Sent<BeginJob>());

        foreach (var run in runs) await run.PauseAsync();
    }

    async Task<SagaJob> DryRunAsync()
    {
        var job = await bench.ApplyAsync();
        await bench.HandleAsync(job.Acceptance(job.Id) with { Kind = JobKind.DryRun, Sample = new Sample { Rows = 100 } });
        return job;
    }

    Task AskAsync(SagaJob job) => bench.HandleAsync(new GrantTurn { JobId = job.Id }, lane: SagaBench.Upkeep);
}
