using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Which segments are in workers' hands, of one object and of several.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenSegmentsAreHandedOut(SagaBench bench)
{
    [Fact]
    public async Task A_snapshot_lost_twice_takes_off_only_what_was_staged_since()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync();
        await job.ExtractAsync(0);
        await job.LoseSnapshotAsync(1);
        await job.PrepareAsync(first: 2);
        await job.ExtractAsync(2);
        await job.LoseSnapshotAsync(3);
        Assert.Equal(0, (await job.RowAsync()).Extracted);
    }

    [Fact]
    public async Task A_snapshot_lost_of_one_object_leaves_the_others_as_they_are()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0, of: 1);
        await job.LoseSnapshotAsync(0, of: 0);
        Assert.Equal(10, (await job.RowAsync()).Extracted);
        Assert.Equal([0], job.Sent<PrepareJob>()[^1].Objects.Select(entry => entry.ObjectNo));
    }

    [Fact]
    public async Task A_chain_that_is_planned_anew_goes_on_under_numbers_that_it_has_not_used()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0, next: 1);
        await job.LoseSnapshotAsync(1);
        Assert.Equal(2, job.Sent<PrepareJob>()[^1].Objects.Single().FirstSegmentNo);
    }

    [Fact]
    public async Task A_plan_that_comes_twice_or_is_of_a_plan_before_adds_no_segments()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.PrepareAsync(segments: 1);
        await job.LoseSnapshotAsync(0);
        await job.PrepareAsync(segments: 1);
        Assert.Equal([0], job.Sent<ExtractSegment>().Select(sent => sent.SegmentNo));
        Assert.Equal("Unplanned", await job.ValueAsync<string>($"""select state as "Value" from coordinator.job_object where job_id = {job.Id}"""));
    }

    [Fact]
    public async Task A_delayed_segment_is_not_read_before_its_time()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.BreakAsync(JobStep.Extract, retryable: true, segment: 0);
        await job.AskAgainAsync();
        Assert.Single(job.Sent<ExtractSegment>());
    }

    [Fact]
    public async Task Children_are_written_after_all_of_their_parents()
    {
        var job = await bench.LoadingTwoTablesAsync();
        Assert.Equal([(0, 0)], Handed(job));
        await job.LoadAsync(0);
        Assert.Equal([(0, 0), (1, 0)], Handed(job));
        Assert.Equal(JobPhase.Loading, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Children_wait_for_a_parent_that_is_being_read_again()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await job.LoseSegmentAsync(0);
        await bench.HandleAsync(new JobPrepared
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            DestinationRole = "worker",
            Objects =
            [
                new PlannedObject
                {
                    ObjectNo = 0, From = "public.a", To = "public.a", Full = true, Level = 0, EstimatedRows = 1, FirstSegmentNo = 1, SegmentCount = 0,
                },
            ],
        });
        await job.ShapeAsync();
        Assert.Equal([(0, 0)], Handed(job));
    }

    [Fact]
    public async Task Segments_are_written_up_to_the_parallelism_and_the_rest_as_room_comes()
    {
        var job = await (await bench.AcceptAsync(maxRowsPerSecond: 1000)).InAsync("Initializing");
        await job.PrepareAsync(segments: 4);
        for (var segment = 0; segment < 4; segment++) await job.ExtractAsync(segment);
        Assert.Empty(job.Sent<LoadSegment>());
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal([(0, 0), (0, 1)], Handed(job));
        await job.LoadAsync(0);
        Assert.Equal([(0, 0), (0, 1), (0, 2)], Handed(job));
        Assert.All(job.Sent<LoadSegment>(), sent => Assert.Equal(500, sent.MaxRowsPerSecond));
    }

    [Fact]
    public async Task A_rate_that_is_set_goes_with_what_is_read_and_written_and_stays_through_stop_resume_and_restart()
    {
        var job = await (await bench.AcceptAsync(maxRowsPerSecond: 1000)).InAsync("Initializing");
        await job.PrepareAsync(segments: 4);
        Assert.All(job.Sent<ExtractSegment>(), sent => Assert.Equal((0, 500), (sent.RateNo, sent.MaxRowsPerSecond)));
        // As the call does, beside the saga.
        await bench.ExecuteAsync($"update coordinator.sync_job set max_rows_per_second = 30, rate_no = 1 where job_id = {job.Id}");

        await job.ExtractAsync(0);
        Assert.Equal((1, 15), (job.Sent<ExtractSegment>()[^1].RateNo, job.Sent<ExtractSegment>()[^1].MaxRowsPerSecond));
        for (var segment = 1; segment < 4; segment++) await job.ExtractAsync(segment);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.All(job.Sent<LoadSegment>(), sent => Assert.Equal((1, 15), (sent.RateNo, sent.MaxRowsPerSecond)));

        await job.PauseAsync();
        await job.ConfirmStopAsync();
        await job.ResumeAsync();
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal((1, 15), (job.Sent<LoadSegment>()[^1].RateNo, job.Sent<LoadSegment>()[^1].MaxRowsPerSecond));
        await job.PauseAsync();
        await job.ConfirmStopAsync();
        await job.RestartAsync();
        await job.PrepareAsync(segments: 1);
        Assert.Equal((1, 15), (job.Sent<ExtractSegment>()[^1].RateNo, job.Sent<ExtractSegment>()[^1].MaxRowsPerSecond));
        Assert.Equal((30, 1), ((await job.RowAsync()).MaxRowsPerSecond, (await job.RowAsync()).RateNo));
    }

    [Fact]
    public async Task What_was_lost_and_read_again_counts_once()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.LoseSegmentAsync(1);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ShapeAsync();
        await job.ExtractAsync(2);
        await job.LoadAsync(2);
        Assert.Equal((10L, 10L), ((await job.RowAsync()).Extracted, (await job.RowAsync()).Written));
    }

    [Fact]
    public async Task A_report_of_an_abandoned_segment_counts_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoseSegmentAsync(1);
        await job.LoadAsync(0);
        await job.ProgressAsync(0, 7);
        Assert.Equal((0L, JobPhase.Loading), ((await job.RowAsync()).Written, (await job.RowAsync()).Phase));
    }

    [Fact]
    public async Task Progress_of_a_segment_that_is_written_already_changes_nothing()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoadAsync(0);
        await job.ProgressAsync(0, 12);
        Assert.Equal(10, (await job.RowAsync()).Written);
    }

    [Fact]
    public async Task A_job_whose_plan_is_empty_writes_nothing_and_ends()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 1);
        await job.ExtractAsync(0);
        await bench.ExecuteAsync($"update coordinator.job_segment set state = 'Loaded' where job_id = {job.Id}");
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task A_table_that_is_planned_anew_by_itself_still_comes_after_those_it_refers_to()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0);
        await job.LoseSnapshotAsync(0, of: 1);
        await job.PrepareAnewAsync(of: 1, first: 1);
        await job.ExtractAsync(1, of: 1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal([(0, 0)], Handed(job));
        await job.LoadAsync(0);
        Assert.Equal([(0, 0), (1, 1)], Handed(job));
    }

    [Fact]
    public async Task A_new_attempt_writes_in_the_order_of_its_own_plan()
    {
        var job = await bench.LoadingTwoTablesAsync();
        await job.PauseFullyAsync();
        await job.RestartAsync();
        await job.PrepareAnewAsync(of: 0, first: 0);
        await job.PrepareAnewAsync(of: 1, first: 0);
        Assert.Equal(0, await job.ValueAsync<int>($"select max(load_level) as \"Value\" from coordinator.job_segment where job_id = {job.Id} and attempt = 2"));
    }

    [Fact]
    public async Task Blocks_of_a_chain_come_after_the_tables_that_theirs_refers_to()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0);
        await job.ExtractAsync(0, of: 1, next: 1);
        await job.ExtractAsync(1, of: 1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal([(0, 0)], Handed(job));
    }

    [Fact]
    public async Task A_table_that_was_found_empty_stays_so_when_the_schema_is_looked_at_again()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoseSegmentAsync(1);
        await job.PrepareAsync(segments: 1, first: 2);
        await job.ShapeAsync(empty: 7);
        await job.ExtractAsync(2);
        Assert.True(job.Sent<LoadSegment>()[^1] is { SegmentNo: 2, Empty: true });
    }

    [Fact]
    public async Task Segments_of_an_earlier_attempt_are_neither_sealed_nor_handed_out()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await job.PrepareAsync(segments: 4);
        for (var segment = 0; segment < 3; segment++) await job.ExtractAsync(segment);
        await job.PauseFullyAsync(written: 0);
        await job.RestartAsync();
        await job.PrepareAsync(segments: 4);
        for (var segment = 0; segment < 4; segment++) await job.ExtractAsync(segment);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        for (var segment = 0; segment < 4; segment++) await job.LoadAsync(segment);

        Assert.Equal([0, 1, 2, 3], job.Sent<LoadSegment>().Select(sent => sent.SegmentNo).Order());
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
        Assert.Equal(3, await job.ValueAsync<long>(
            $"""select count(copy) as "Value" from coordinator.job_segment where job_id = {job.Id} and attempt = 1"""));
    }

    static IEnumerable<(int ObjectNo, int SegmentNo)> Handed(SagaJob job) => job.Sent<LoadSegment>().Select(sent => (sent.ObjectNo, sent.SegmentNo)).Order();
}
