using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Guards.History;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What guards judge by, where a run was rolled back.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRunsArePutBack(SagaBench bench)
{
    const string Usual = "False {200,100} {200} {300} 300 2 0.2, True {20} {20} {20} 0  ";
    const string Spoiled = "False {200,5000,100} {5000} {5300} 5300 3 0.9, True {20} {20} {20} 0  ";

    [Fact]
    public async Task Run_that_was_rolled_back_as_a_whole_is_no_example_of_what_is_usual()
    {
        var spoiled = await SpoiledAsync();
        Assert.Equal(Spoiled, await HistoriesAsync(spoiled));
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        Assert.Equal(Usual, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task Run_that_was_rolled_back_is_not_counted_among_those_that_there_were()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        var next = await spoiled.FollowAsync();
        await next.BeginAsync();
        var (found, planned) = (await spoiled.RowAsync(), await next.RowAsync());
        await using var connection = new NpgsqlConnection(bench.ConnectionString);
        await connection.OpenAsync();
        Assert.Equal(3, Assert.Single(await CanaryHistories.OfAsync(connection, found, default)).Subject.Runs);
        Assert.Equal(3, Assert.Single(await Histories.CountsAsync(connection, planned, objectNo: null, default)).Runs);
    }

    [Fact]
    public async Task Table_that_is_created_anew_after_its_only_run_was_rolled_back_is_not_compared_with()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        await RollBackAsync(first, new RepairOf { JobId = first.Id });
        var next = await first.FollowAsync();
        await next.BeginAsync();
        await next.PrepareAsync(segments: 1, isNew: true);
        await next.ExtractAsync(0, rows: 100);
        Assert.Empty(next.Sent<CompareRecords>());
    }

    [Fact]
    public async Task Run_of_which_a_part_was_rolled_back_stays_one()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id, Fields = ["email"] });
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id, HasKeys = true });
        Assert.Equal(Spoiled, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task What_was_rolled_back_before_stays_forgotten_when_another_run_is()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        var another = await CompleteAsync(await spoiled.FollowAsync(), rows: 9_000, changed: 950);
        await RollBackAsync(another, new RepairOf { JobId = another.Id });
        Assert.Equal(Usual, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task Run_whose_rollback_was_rolled_back_itself_is_one_again()
    {
        var spoiled = await SpoiledAsync();
        var rollback = await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        var again = await RollBackAsync(rollback, new RepairOf { JobId = rollback.Id });
        Assert.Equal(Spoiled, await HistoriesAsync(spoiled));
        await RollBackAsync(again, new RepairOf { JobId = again.Id });
        Assert.Equal(Usual, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task Run_after_one_that_was_rolled_back_takes_its_place_among_the_largest_of_the_day()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        await CompleteAsync(await spoiled.FollowAsync(), rows: 300, changed: 300);
        await CompleteAsync(await spoiled.FollowAsync(), rows: 150, changed: 150);
        Assert.Equal("False {150,300,200,100} {300} {750} 750 4 0.3, True {20} {20} {20} 0  ", await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task What_a_table_has_grown_by_is_counted_since_the_last_full_read_that_stands()
    {
        var spoiled = await SpoiledAsync();
        var full = new SagaJob(bench, spoiled.PipelineId, spoiled.Definition);
        await bench.HandleAsync(full.Acceptance(full.Id) with { ConfirmedFullLoad = true });
        await CompleteAsync(full, rows: 6_000, changed: 0, full: true);
        Assert.StartsWith("False {200,5000,100} {5000} {5300} 0 ", await HistoriesAsync(spoiled), StringComparison.Ordinal);
        await CompleteAsync(await spoiled.FollowAsync(), rows: 150, changed: 150);
        await RollBackAsync(full, new RepairOf { JobId = full.Id });
        Assert.StartsWith("False {150,200,5000,100} {5000} {5450} 5450 ", await HistoriesAsync(spoiled), StringComparison.Ordinal);
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        Assert.Equal("False {150,200,100} {200} {450} 450 3 0.2, True {20} {20} {20} 0  ", await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task Repair_that_was_rolled_back_is_not_taken_out_of_what_it_never_was_in()
    {
        var spoiled = await SpoiledAsync();
        var rollback = await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        // It read what had changed, and inserted, as replays do.
        await bench.ExecuteAsync(
            $"""
             update coordinator.sync_job set inserted = 70 where job_id = {rollback.Id};
             update coordinator.job_object set full_read = false, state = 'Extracted' where job_id = {rollback.Id};
             update coordinator.job_segment set inserted = 70 where job_id = {rollback.Id} and segment_no = 0
             """);
        await RollBackAsync(rollback, new RepairOf { JobId = rollback.Id });
        Assert.Equal(Spoiled, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task What_runs_of_before_their_numbers_were_kept_have_inserted_is_not_taken_out_twice()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        // As its histories were made anew when it was rolled back.
        await bench.ExecuteAsync(
            $"""
             update coordinator.sync_job set finished_at = (select applied_at - interval '1 hour' from coordinator.schema_version where version = 59)
             where job_id = {spoiled.Id};
             update coordinator.object_history set grown = 300 where pipeline_id = {spoiled.PipelineId} and not full_read;
             update coordinator.object_history set ended = (select array[applied_at - interval '2 hours'] from coordinator.schema_version where version = 59)
             where pipeline_id = {spoiled.PipelineId} and full_read
             """);
        Assert.Equal(Usual, await HistoriesAsync(spoiled));
    }

    [Fact]
    public async Task Many_runs_in_a_row_that_were_rolled_back_leave_enough_of_those_before()
    {
        var spoiled = await SpoiledAsync();
        await RollBackAsync(spoiled, new RepairOf { JobId = spoiled.Id });
        // As if it had been thirty times.
        var no = (await spoiled.RowAsync()).JobNo;
        await bench.ExecuteAsync(
            $"""
             update coordinator.object_history
             set rows = array_fill(5000::bigint, array[29]) || rows, ended = array_fill(now(), array[29]) || ended,
                 jobs = array_fill({no}::bigint, array[29]) || jobs
             where pipeline_id = {spoiled.PipelineId} and not full_read
             """);
        await CompleteAsync(await spoiled.FollowAsync(), rows: 150, changed: 150);
        Assert.StartsWith("False {150,200,100} ", await HistoriesAsync(spoiled), StringComparison.Ordinal);

        // No more than thirty are judged by, however many are kept.
        await bench.ExecuteAsync(
            $"""
             update coordinator.object_history set rows = array_fill(7::bigint, array[40]), ended = array_fill(now(), array[40]), jobs = array[]::bigint[]
             where pipeline_id = {spoiled.PipelineId} and not full_read
             """);
        Assert.StartsWith($"False {{{string.Join(',', Enumerable.Repeat(7, 30))}}} ", await HistoriesAsync(spoiled), StringComparison.Ordinal);
    }

    // A full load, and three runs of which the second one should not have been.
    async Task<SagaJob> SpoiledAsync()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        await CompleteAsync(await first.FollowAsync(), rows: 100, changed: 100);
        var spoiled = await CompleteAsync(await first.FollowAsync(), rows: 5_000, changed: 900);
        await CompleteAsync(await first.FollowAsync(), rows: 200, changed: 200);
        return spoiled;
    }

    async Task<SagaJob> CompleteAsync(SagaJob job, long rows, long changed, bool full = false)
    {
        job.Finds = _ => new ObjectFindings
        {
            ObjectNo = 0,
            Rows = 1_000,
            Inserts = 0,
            Updates = 1_000,
            Unchanged = 0,
            Rejected = 0,
            DestinationRows = 80_000,
            Fields = [new FieldFindings { Field = "email", Changed = changed, Nulled = 0, NonNullBefore = 1_000, Overwritten = changed, Same = 1, SameBefore = 1 }],
        };
        await job.BeginAsync();
        await job.PrepareAsync(segments: 1, full: full);
        await job.ExtractAsync(0, rows: rows);
        if ((await job.RowAsync()).CurrentState == "Paused")
        {
            await bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = "it is meant", PassGuards = true });
            await job.JudgedAsync();
        }

        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await bench.HandleAsync(new SegmentLoaded
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            ObjectNo = 0,
            SegmentNo = 0,
            Counts = new RecordCounts { Written = rows, Inserted = rows },
        });
        await job.FenceAsync(open: false, written: rows);
        await job.VerifyAsync();
        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
        return job;
    }

    async Task<SagaJob> RollBackAsync(SagaJob run, RepairOf repair)
    {
        var rollback = new SagaJob(bench, run.PipelineId, run.Definition);
        await bench.HandleAsync(rollback.Acceptance(rollback.Id) with { Kind = JobKind.Rollback, Repair = repair });
        await rollback.ClaimAsync();
        return await rollback.InAsync("Completed");
    }

    // What a run is judged by, of each kind of run: counts, the largest and the sum of the day, what was inserted, and how many samples there were
    // with the most of email.
    async Task<string> HistoriesAsync(SagaJob job)
    {
        var row = await job.RowAsync();
        await using var connection = new NpgsqlConnection(bench.ConnectionString);
        await connection.OpenAsync();
        var history = Assert.Single(await Histories.OfAsync(connection, row, [0], [], default)).History;
        var sample = Assert.Single(await CanaryHistories.OfAsync(connection, row, default)).Subject.History;
        return $"False {Counts(history.Part)} {sample.Runs} {sample.Most("email").Changed:0.##}, True {Counts(history.Full)}  ";
    }

    static string Counts(RunHistory history) =>
        $"{{{string.Join(',', history.Rows)}}} {{{string.Join(',', history.DayRows)}}} {{{string.Join(',', history.DaySums)}}} {history.Grown}";
}
