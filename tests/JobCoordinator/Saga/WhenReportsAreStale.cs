using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Reports of before a stop, a launch or a new attempt: each would do harm if it counted.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenReportsAreStale(SagaBench bench)
{
    [Fact]
    public async Task A_plan_of_before_a_pause_is_not_carried_out()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        var stale = await job.EpochAsync();
        await job.PauseFullyAsync(written: 0);
        await job.ResumeAsync();
        await job.PrepareAsync(epoch: stale);
        Assert.Empty(job.Sent<ExtractSegment>());
    }

    [Fact]
    public async Task A_staged_copy_of_an_earlier_attempt_is_not_sealed()
    {
        var (job, stale) = await RestartedAsync();
        await job.ExtractAsync(0, epoch: stale);
        Assert.Equal(0, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task A_snapshot_that_an_earlier_attempt_lost_plans_nothing_anew()
    {
        var (job, stale) = await RestartedAsync();
        var prepared = job.Sent<PrepareJob>().Count;
        await job.LoseSnapshotAsync(0, epoch: stale);
        Assert.Equal(prepared, job.Sent<PrepareJob>().Count);
    }

    [Fact]
    public async Task A_segment_that_was_written_before_a_stop_is_handed_out_again_and_the_ledger_knows()
    {
        var (job, stale) = await ResumedAsync();
        await job.LoadAsync(0, epoch: stale);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(2, job.Sent<LoadSegment>().Count(sent => sent.SegmentNo == 0));
    }

    [Fact]
    public async Task A_schema_change_of_before_a_stop_lets_nothing_be_written()
    {
        var (job, stale) = await ResumedAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync(epoch: stale);
        Assert.Equal(JobPhase.Shaping, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_schema_change_that_is_reported_twice_counts_once()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 3);
        for (var segment = 0; segment < 3; segment++) await job.ExtractAsync(segment);
        await job.OpenFenceAsync();
        await job.ShapeAsync(empty: 7);
        await job.ShapeAsync(empty: 0);
        await job.LoadAsync(0);
        Assert.False(job.Sent<LoadSegment>()[^1].Empty);
    }

    [Fact]
    public async Task A_segment_that_was_lost_before_a_stop_is_not_read_again()
    {
        var (job, stale) = await ResumedAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        var prepared = job.Sent<PrepareJob>().Count;
        await job.LoseSegmentAsync(0, epoch: stale);
        Assert.Equal(prepared, job.Sent<PrepareJob>().Count);
    }

    [Fact]
    public async Task Progress_of_before_a_stop_is_not_shown()
    {
        var (job, stale) = await ResumedAsync();
        var written = (await job.RowAsync()).Written;
        await job.ProgressAsync(0, 9, epoch: stale);
        Assert.Equal(written, (await job.RowAsync()).Written);
    }

    [Fact]
    public async Task A_failure_of_before_a_stop_fails_nothing()
    {
        var (job, stale) = await ResumedAsync();
        await job.BreakAsync(JobStep.ApplySchema, retryable: false, epoch: stale);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_verification_of_before_a_pause_completes_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Collecting");
        var stale = await job.EpochAsync();
        await job.PauseAsync();
        await job.ResumeAsync();
        await job.VerifyAsync(epoch: stale);
        Assert.Equal("Collecting", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_fence_that_waited_for_an_earlier_move_says_nothing_of_this_one()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Pausing");
        await job.DelayFenceAsync("Backend 7 holds the lock.", epoch: await job.EpochAsync() - 1);
        Assert.Null((await job.RowAsync()).WaitingFor);
    }

    async Task<(SagaJob Job, int Stale)> ResumedAsync()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var stale = await job.EpochAsync();
        await job.PauseFullyAsync();
        await job.ResumeAsync();
        return (job, stale);
    }

    async Task<(SagaJob Job, int Stale)> RestartedAsync()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        var stale = await job.EpochAsync();
        await job.PauseFullyAsync(written: 0);
        await job.RestartAsync();
        await job.PrepareAsync();
        return (job, stale);
    }
}
