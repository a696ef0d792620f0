using Headgate.Contracts.Loading;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Records that wait for others, and are tried again in rounds once all else of their level is loaded.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRecordsWait(SagaBench bench)
{
    [Fact]
    public async Task Records_that_wait_for_others_are_tried_again_when_all_else_is_loaded_for_as_long_as_a_round_gains()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0, deferred: 3);
        Assert.Single(job.Sent<LoadSegment>(), sent => sent.SegmentNo == 0);
        await job.LoadAsync(1);
        Assert.Equal(1, job.Sent<LoadSegment>()[^1].Round);
        await job.LoadAsync(0, deferred: 1, round: 1);
        Assert.Equal(2, job.Sent<LoadSegment>()[^1].Round);
        await job.LoadAsync(0, deferred: 1, round: 2);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_first_report_that_comes_twice_does_not_end_the_round_over_waiting_records()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(1);
        await job.LoadAsync(0, deferred: 3);
        await job.LoadAsync(0, deferred: 3);
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
        await job.LoadAsync(0, deferred: 0, round: 1);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Rounds_over_waiting_records_begin_anew_at_the_next_level()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await job.LoadAsync(0, deferred: 1);
        await job.LoadAsync(0, deferred: 1, round: 1);
        await job.LoadAsync(0, of: 1, deferred: 3);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1, Round: 1 });
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_level_whose_waiting_records_were_all_written_leaves_the_next_one_its_own_rounds()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await job.LoadAsync(0, deferred: 2);
        await job.LoadAsync(0, deferred: 0, round: 1);
        await job.LoadAsync(0, of: 1, deferred: 3);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1, Round: 1 });
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Records_that_waited_in_a_segment_that_is_abandoned_hold_nobody_up()
    {
        var job = await bench.LoadingTwoTablesAsync(segments: 2);
        await job.LoadAsync(0, deferred: 1);
        await job.LoseSegmentAsync(1);
        await job.PrepareAnewAsync(of: 0, first: 2);
        await job.ShapeAsync();
        await job.ExtractAsync(2);
        await job.LoadAsync(2);
        await job.LoadAsync(0, of: 1, deferred: 3);
        await job.LoadAsync(1, of: 1);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1, SegmentNo: 0, Round: 1 });
    }

    [Fact]
    public async Task Rounds_begin_anew_with_an_object_that_is_read_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(1);
        await job.LoadAsync(0, deferred: 3);
        await job.LoseSegmentAsync(0);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ShapeAsync();
        await job.ExtractAsync(2);
        await job.LoadAsync(2, deferred: 3);
        Assert.True(job.Sent<LoadSegment>()[^1] is { SegmentNo: 2, Round: 1 });
    }

    [Fact]
    public async Task A_report_that_comes_twice_does_not_take_up_again_what_was_given_up()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await job.LoadAsync(0, deferred: 1);
        await job.LoadAsync(0, deferred: 1, round: 1);
        await job.LoadAsync(0, deferred: 1, round: 1);
        Assert.Equal(0, await job.ValueAsync<long>($"select sum(deferred)::bigint as \"Value\" from coordinator.job_segment where job_id = {job.Id}"));
        await job.LoadAsync(0, of: 1, deferred: 2);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1, Round: 1 });
    }

    [Fact]
    public async Task Records_that_waited_in_vain_count_towards_the_limit_of_rejects_also_after_a_resume()
    {
        var job = await WaitingInVainAsync(maxRejects: 2);
        Assert.Equal(("Pausing", "too-many-rejects"), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).ErrorCode));
        await job.ConfirmStopAsync();
        await job.ResumeAsync();
        await job.FenceAsync(open: true, written: 20, rejected: 3);
        await job.ShapeAsync();
        Assert.Equal(("Pausing", "too-many-rejects"), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).ErrorCode));
    }

    [Fact]
    public async Task As_many_records_that_waited_in_vain_as_may_be_rejected_do_not_fail_the_job() =>
        Assert.Equal(JobPhase.Closing, (await (await WaitingInVainAsync(maxRejects: 3)).RowAsync()).Phase);

    /// <summary>A job of which three records waited for others that did not come.</summary>
    // Of a segment in hand nobody knows yet which of its rejected records only wait.
    [Fact]
    public async Task Those_of_a_segment_that_is_not_through_are_not_held_against_the_job()
    {
        var job = await (await bench.AcceptAsync(maxRejects: 1)).InAsync("Processing");
        await bench.HandleAsync(new JobProgressed
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            Segments = [new SegmentProgress { ObjectNo = 0, SegmentNo = 0, Written = 5, Inserted = 2, Rejected = 3 }],
        });
        await job.LoadAsync(1, deferred: 1);
        Assert.Equal((JobPhase.Loading, 4), ((await job.RowAsync()).Phase, (await job.RowAsync()).Rejected));
    }

    async Task<SagaJob> WaitingInVainAsync(int maxRejects)
    {
        var job = await (await bench.AcceptAsync(maxRejects: maxRejects)).InAsync("Processing");
        await job.LoadAsync(1);
        await job.LoadAsync(0, deferred: 3);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        await job.LoadAsync(0, deferred: 3, round: 1);
        return job;
    }
}
