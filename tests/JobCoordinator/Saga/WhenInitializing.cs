using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Tests.Saga;

[Collection(nameof(SagaCollection))]
public sealed class WhenInitializing(SagaBench bench)
{
    [Fact]
    public async Task Segments_are_handed_out_up_to_the_parallelism_and_the_rest_as_room_comes()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 5);
        Assert.Equal([0, 1], job.Sent<ExtractSegment>().Select(sent => sent.SegmentNo).Order());
        await job.ExtractAsync(0);
        Assert.Equal([0, 1, 2], job.Sent<ExtractSegment>().Select(sent => sent.SegmentNo).Order());
    }

    [Fact]
    public async Task Nothing_is_launched_before_everything_is_extracted()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        var row = await job.RowAsync();
        Assert.Equal(("Initializing", null), (row.CurrentState, row.RequestId));
        Assert.Empty(job.Sent<MoveFence>());
    }

    [Fact]
    public async Task The_last_segment_mints_the_request_id_and_asks_for_the_fence()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        var row = await job.RowAsync();
        Assert.Equal("Processing", row.CurrentState);
        Assert.NotNull(row.RequestId);
        var move = Assert.Single(job.Sent<MoveFence>());
        Assert.True(move.Open);
        Assert.Equal((row.Epoch, "worker"), (move.Epoch, move.Writer));
    }

    [Fact]
    public async Task A_chain_grows_by_the_segment_that_goes_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0, next: 1);
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        await job.ExtractAsync(1);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.Equal(20, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task A_segment_staged_twice_counts_once_and_the_first_copy_stays_sealed()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        var copy = Guid.NewGuid();
        await job.ExtractAsync(0, copy: copy);
        await job.ExtractAsync(0);
        Assert.Equal(10, (await job.RowAsync()).Extracted);
        await job.ExtractAsync(1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Contains(job.Sent<LoadSegment>(), sent => sent.SegmentNo == 0 && sent.Copy == copy);
    }

    [Fact]
    public async Task A_lost_snapshot_plans_what_is_not_fully_staged_anew_under_new_numbers()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await bench.HandleAsync(new SnapshotLost { JobId = job.Id, Epoch = await job.EpochAsync(), ObjectNo = 0, SegmentNo = 1 });
        Assert.Equal(0, (await job.RowAsync()).Extracted);
        Assert.Equal(2, job.Sent<PrepareJob>()[^1].Objects.Single().FirstSegmentNo);
        await job.ExtractAsync(1);
        Assert.Equal(0, (await job.RowAsync()).Extracted);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ExtractAsync(2);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_lost_snapshot_that_is_reported_late_does_not_throw_the_new_plan_away()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        var late = new SnapshotLost { JobId = job.Id, Epoch = await job.EpochAsync(), ObjectNo = 0, SegmentNo = 1 };
        await bench.HandleAsync(late);
        await job.PrepareAsync(segments: 2, first: 2);
        await job.ExtractAsync(2);
        await bench.HandleAsync(late);
        Assert.Equal(10, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task An_object_whose_snapshot_is_lost_again_and_again_fails_the_job()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        for (var plan = 0; plan <= new CoordinatorOptions().Replans; plan++)
        {
            await job.PrepareAsync(segments: 1, first: plan);
            await bench.HandleAsync(new SnapshotLost { JobId = job.Id, Epoch = await job.EpochAsync(), ObjectNo = 0, SegmentNo = plan });
        }

        Assert.Equal(("Failed", "read-too-often"), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).ErrorCode));
        Assert.Equal(await job.EpochAsync(), job.Published<JobStopping>()[^1].Epoch);
    }

    [Fact]
    public async Task A_failure_of_a_segment_that_is_staged_already_changes_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.BreakAsync(JobStep.Extract, retryable: false, segment: 0);
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task A_retryable_failure_is_tried_again_and_gives_up_after_its_tries()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        for (var tries = 1; tries < new CoordinatorOptions().StepTries; tries++) await job.BreakAsync(JobStep.Prepare, retryable: true);
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        await job.BreakAsync(JobStep.Prepare, retryable: true);
        Assert.Equal("Failed", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task An_error_fails_it_with_the_sentence_and_resume_prepares_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.BreakAsync(JobStep.Prepare, retryable: false);
        Assert.Equal(("Failed", "Object public.a: it broke."), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).Error));
        await job.ResumeAsync();
        Assert.Equal(("Initializing", null), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).Error));
        Assert.Equal(2, job.Sent<PrepareJob>().Count);
    }

    [Fact]
    public async Task A_stale_segment_of_before_a_pause_is_ignored()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        var stale = await job.EpochAsync();
        await job.PauseAsync();
        await job.ConfirmStopAsync(written: 0);
        await job.ResumeAsync();
        await job.ExtractAsync(0, epoch: stale);
        Assert.Equal(0, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task A_cancel_ends_as_an_extraction_cancel()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.CancelAsync();
        Assert.False(job.Sent<MoveFence>().Single().EverLaunched);
        await job.ConfirmStopAsync(written: 0);
        Assert.Equal(["JobStarted", "ExtractionCanceled", "ReleaseJob"], await job.OwedAsync());
    }
}
