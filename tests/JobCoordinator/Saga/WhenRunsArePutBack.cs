using Headgate.Contracts.Comparing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;

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

    // A full load, and three runs of which the second one should not have been.
    async Task<SagaJob> SpoiledAsync()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        await CompleteAsync(await first.FollowAsync(), rows: 100, changed: 100);
        var spoiled = await CompleteAsync(await first.FollowAsync(), rows: 5_000, changed: 900);
        await CompleteAsync(await first.FollowAsync(), rows: 200, changed: 200);
        return spoiled;
    }

    async Task<SagaJob> CompleteAsync(SagaJob job, long rows, long changed)
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
        await job.PrepareAsync(segments: 1, full: false);
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

    async Task RollBackAsync(SagaJob run, RepairOf repair)
    {
        var rollback = new SagaJob(bench, run.PipelineId, run.Definition);
        await bench.HandleAsync(rollback.Acceptance(rollback.Id) with { Kind = JobKind.Rollback, Repair = repair });
        await rollback.ClaimAsync();
        await rollback.InAsync("Completed");
    }

    // Of each kind of run: counts, the largest and the sum of the day, what was inserted, and how many samples there were with the most of email.
    async Task<string> HistoriesAsync(SagaJob job) => string.Join(", ", await bench.ListAsync<string>(
        $"""
         select case when h.full_read then 'True' else 'False' end || ' ' || concat_ws(' ', h.rows, h.day_rows, h.day_sums, h.grown) || ' '
                || coalesce(c.shares ->> 'runs', '') || ' ' || coalesce(c.shares -> 'now' -> 'email' ->> 'changed', '') as "Value"
         from coordinator.object_history h left join coordinator.canary_history c using (pipeline_id, name, full_read)
         where h.pipeline_id = {job.PipelineId} order by h.full_read
         """));
}
