using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Between the last staged segment and launch.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenJudging(SagaBench bench)
{
    [Fact]
    public async Task Nothing_is_launched_before_it_is_judged()
    {
        var job = await StagedAsync();
        Assert.Equal(("Initializing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.RequestId) : default);
        Assert.Empty(job.Sent<MoveFence>());

        await job.JudgeAsync();

        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.True(Assert.Single(job.Sent<MoveFence>()).Open);
    }

    [Fact]
    public async Task Word_to_judge_that_is_of_an_older_epoch_launches_nothing()
    {
        var job = await StagedAsync();
        await job.JudgeAsync(epoch: await job.EpochAsync() - 1);
        Assert.Equal(("Initializing", JobPhase.Judging), (await job.RowAsync()) is var row ? (row.CurrentState, row.Phase) : default);
    }

    [Fact]
    public async Task Word_to_judge_that_was_lost_is_sent_again_when_the_reconciler_asks()
    {
        var job = await StagedAsync();
        await job.AskAgainAsync();
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Pause_before_launch_is_resumed_to_where_it_was()
    {
        var job = await StagedAsync();
        await job.PauseFullyAsync(written: 0);
        Assert.Equal(("Paused", "Initializing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.ResumeTo, row.RequestId) : default);

        await job.ResumeAsync();
        await job.JudgedAsync();

        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Dry_run_reads_its_sample_and_is_never_launched()
    {
        var job = await DryRunAsync(await bench.ApplyAsync());
        var prepare = Assert.Single(job.Sent<PrepareJob>());
        Assert.Equal((JobKind.DryRun, new Sample { Rows = 100, Filter = "id > 5" }), (prepare.Kind, prepare.Sample));
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        Assert.Equal(JobPhase.Judging, (await job.RowAsync()).Phase);

        await job.JudgeAsync();
        await job.AskAgainAsync();

        Assert.Equal(("Initializing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.RequestId) : default);
        Assert.Empty(job.Sent<MoveFence>());
    }

    [Fact]
    public async Task Dry_run_is_beside_the_pipelines_active_job()
    {
        var active = await (await bench.AcceptAsync()).InAsync("Processing");
        var job = await DryRunAsync(new SagaJob(bench, active.PipelineId, active.Definition));
        Assert.Equal(("Initializing", "Processing"), ((await job.RowAsync()).CurrentState, (await active.RowAsync()).CurrentState));
    }

    async Task<SagaJob> StagedAsync() => await (await (await bench.AcceptAsync()).InAsync("Initializing")).StagedAsync();

    async Task<SagaJob> DryRunAsync(SagaJob job)
    {
        await bench.HandleAsync(job.Acceptance(job.Id) with { Kind = JobKind.DryRun, Sample = new Sample { Rows = 100, Filter = "id > 5" } });
        await job.BeginAsync();
        return job;
    }
}
