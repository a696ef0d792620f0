using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

[Collection(nameof(SagaCollection))]
public sealed class WhenProcessing(SagaBench bench)
{
    [Fact]
    public async Task Nothing_is_loaded_before_the_fence_stands_and_the_schema_fits()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        Assert.Empty(job.Sent<ApplySchemaChanges>());
        await job.OpenFenceAsync();
        Assert.Single(job.Sent<ApplySchemaChanges>());
        Assert.Empty(job.Sent<LoadSegment>());
        await job.ShapeAsync();
        Assert.Equal([0, 1], job.Sent<LoadSegment>().Select(sent => sent.SegmentNo).Order());
        Assert.All(job.Sent<LoadSegment>(), sent => Assert.True(sent.Empty));
    }

    [Fact]
    public async Task A_fence_of_an_older_epoch_confirms_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.ExtractAsync(1);
        await job.FenceAsync(open: true, written: 0, epoch: await job.EpochAsync() - 1);
        Assert.Equal(JobPhase.Launching, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task The_last_written_segment_moves_the_fence_on_and_only_the_fence_leads_to_collecting()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        Assert.False(job.Sent<MoveFence>()[^1].Open);
        await job.FenceAsync(open: false, written: 20);
        Assert.Equal("Collecting", (await job.RowAsync()).CurrentState);
        Assert.Single(job.Sent<VerifyJob>());
    }

    [Fact]
    public async Task Offsets_move_with_verification_and_not_before()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoadAsync(1);
        await job.FenceAsync(open: false, written: 20);
        Assert.Empty(await OffsetsAsync(job));
        await job.VerifyAsync();
        Assert.Equal([job.Id], await OffsetsAsync(job));
    }

    [Fact]
    public async Task Graceful_cancel_is_refused_until_paused()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var answer = await job.CancelAsync();
        Assert.Equal(CommandOutcome.Refused, answer.Outcome);
        Assert.Contains("PauseJob", answer.WouldAccept);
        Assert.Contains("paused before", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_first_ends_canceled_once_drained()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync(pauseFirst: true);
        Assert.False(job.Sent<MoveFence>()[^1].Force);
        var pausing = await job.RowAsync();
        Assert.Equal("Pausing", pausing.CurrentState);
        await job.ConfirmStopAsync();
        var canceling = await job.RowAsync();
        Assert.Equal(("Canceling", pausing.Epoch + 1, null), (canceling.CurrentState, canceling.Epoch, canceling.StopConfirmedAt));
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: false, Force: false } move && move.Epoch == canceling.Epoch);
        // The one that has drained it, again.
        await job.FenceAsync(open: false, written: 10, epoch: pausing.Epoch);
        Assert.Equal("Canceling", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync();
        Assert.Equal("Canceled", (await job.RowAsync()).CurrentState);
        Assert.Equal("JobCanceled", (await job.OwedAsync())[^2]);
    }

    [Fact]
    public async Task Force_asks_the_fence_to_terminate()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.CancelAsync(CancelMode.Force);
        Assert.True(job.Sent<MoveFence>()[^1].Force);
    }

    [Fact]
    public async Task An_error_is_shown_as_failed_only_once_the_fence_confirms()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: false, segment: 0);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync(written: 7);
        var row = await job.RowAsync();
        Assert.Equal(("Failed", 7, "Object public.a: it broke."), (row.CurrentState, row.Written, row.Error));
    }

    [Fact]
    public async Task A_lost_segment_plans_its_object_anew_while_the_job_goes_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoseSegmentAsync(1);
        Assert.Equal(2, job.Sent<PrepareJob>()[^1].Objects.Single().FirstSegmentNo);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ShapeAsync();
        await job.ExtractAsync(2);
        Assert.Equal(2, job.Sent<LoadSegment>()[^1].SegmentNo);
        await job.LoadAsync(2);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Nobody_writes_the_old_snapshot_of_an_object_that_is_read_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        var before = await job.EpochAsync();
        await bench.HandleAsync(new SegmentLost { JobId = job.Id, Epoch = before, ObjectNo = 0, SegmentNo = 1 });
        Assert.Equal((before + 1, JobPhase.Launching), (await job.EpochAsync(), (await job.RowAsync()).Phase));
        Assert.True(job.Sent<MoveFence>()[^1] is { Open: true } move && move.Epoch == before + 1);
        Assert.Equal(before + 1, job.Published<JobStopping>()[^1].Epoch);
        await job.LoadAsync(0, epoch: before);
        Assert.Equal(0, (await job.RowAsync()).Written);
    }

    [Fact]
    public async Task A_loss_that_is_reported_late_stops_nobody()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        var before = await job.EpochAsync();
        await bench.HandleAsync(new SegmentLost { JobId = job.Id, Epoch = before, ObjectNo = 0, SegmentNo = 0 });
        Assert.Equal((before, JobPhase.Loading), (await job.EpochAsync(), (await job.RowAsync()).Phase));
    }

    [Fact]
    public async Task What_was_in_hand_of_others_is_handed_out_again_when_an_object_is_read_again()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0);
        await job.ExtractAsync(0, of: 1);
        await bench.ExecuteAsync($"update coordinator.job_object set level = 0 where job_id = {job.Id}");
        await bench.ExecuteAsync($"update coordinator.job_segment set load_level = 0 where job_id = {job.Id}");
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoseSegmentAsync(0);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1 } again && again.Epoch == await job.EpochAsync());
    }

    [Fact]
    public async Task A_delayed_segment_is_handed_out_again_when_its_time_has_come()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.BreakAsync(JobStep.Load, retryable: true, segment: 0);
        await bench.HandleAsync(new ReconcileJob { JobId = job.Id });
        Assert.Single(job.Sent<LoadSegment>(), sent => sent.SegmentNo == 0);
        await bench.ExecuteAsync($"update coordinator.job_segment set not_before = now() where job_id = {job.Id}");
        await bench.HandleAsync(new ReconcileJob { JobId = job.Id });
        Assert.Equal(2, job.Sent<LoadSegment>().Count(sent => sent.SegmentNo == 0));
    }

    [Fact]
    public async Task Progress_is_shown_and_never_goes_back()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await ProgressAsync(job, inserted: 4, unchanged: 4);
        await ProgressAsync(job, inserted: 5, unchanged: 0);
        var row = await job.RowAsync();
        Assert.Equal((11, 4, 1, 4, 2), (row.Written, row.Inserted, row.Updated, row.Unchanged, row.Rejected));
    }

    async Task ProgressAsync(SagaJob job, long inserted, long unchanged) => await bench.HandleAsync(new JobProgressed
    {
        JobId = job.Id,
        Epoch = await job.EpochAsync(),
        Segments =
        [
            new SegmentProgress
            {
                ObjectNo = 0,
                SegmentNo = 0,
                Written = inserted + unchanged + 3,
                Inserted = inserted,
                Updated = 1,
                Unchanged = unchanged,
                Rejected = 2,
            },
        ],
    });

    Task<List<Guid>> OffsetsAsync(SagaJob job) => bench.ReadAsync(db => Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ToListAsync(
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.SqlQuery<Guid>(
            db.Database, $"""select job_id as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId}""")));
}
