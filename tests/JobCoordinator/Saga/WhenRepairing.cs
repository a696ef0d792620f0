using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Pipelines;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Replays and rollbacks, which go by what an earlier job wrote.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRepairing(SagaBench bench)
{
    [Theory]
    [InlineData(JobKind.Rollback)]
    [InlineData(JobKind.Replay)]
    public async Task Objects_are_those_of_the_repaired_job_and_its_plan_is_no_plain_runs(JobKind kind)
    {
        var (_, repair) = await RepairAsync(kind);
        await repair.BeginAsync();

        var prepare = Assert.Single(repair.Sent<PrepareRepair>());
        Assert.Empty(repair.Sent<PrepareJob>());
        Assert.Equal((kind, repair.PipelineId), (prepare.Preparation.Kind, prepare.Preparation.PipelineId));
        Assert.Equal([new RepairedObject { ObjectNo = 0, OfObjectNo = 0 }], prepare.Objects);
        Assert.Null(Assert.Single(prepare.Preparation.Objects).Offset);
        Assert.Equal(["email"], prepare.Repair.Fields);
    }

    [Theory]
    [InlineData(JobKind.Rollback)]
    [InlineData(JobKind.Replay)]
    public async Task Object_that_is_not_meant_is_left_out_and_where_none_is_left_it_fails(JobKind kind)
    {
        var (_, repair) = await RepairAsync(kind, of => of with { Object = "public.other" });
        await repair.BeginAsync();
        Assert.Equal(0, await repair.ValueAsync<long>($"""select count(*) as "Value" from coordinator.job_object where job_id = {repair.Id}"""));
        await bench.EventuallyAsync(async () => (await repair.RowAsync()) is { CurrentState: "Failed", ErrorCode: "nothing-to-repair" });

        // And whenever it begins again.
        await repair.RestartAsync();
        await bench.EventuallyAsync(async () => (await repair.RowAsync()) is { CurrentState: "Failed", Attempt: 2 });
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Rollback_is_carried_out_as_the_file_in_force_says_and_reaches_the_same_place_by_its_reference(bool isSamePlace, bool isReachedByIt)
    {
        var run = await (await bench.AcceptAsync()).InAsync("Completed");
        var (place, before) = (run.Definition.Destination.Connection, run.Definition.Destination);
        await bench.ExecuteAsync(
            $"insert into coordinator.armed_destination (pipeline_id, reference, identity, history) values ({run.PipelineId}, {$"postgres {place}"}, {place}, '')");
        var now = run.Definition with
        {
            Objects = [run.Definition.Objects[0] with { Key = ["other"] }],
            Destination = before with { Connection = "env:RENAMED" },
            Load = run.Definition.Load with { AllowTriggers = true },
            Cancel = run.Definition.Cancel with { DrainDeadline = TimeSpan.FromSeconds(77) },
        };
        await bench.Pipelines.ApplyAsync([new PipelineToApply(now, isSamePlace ? place : $"{place} elsewhere")], "test", default);
        var repair = new SagaJob(bench, run.PipelineId, run.Definition);
        await bench.HandleAsync(repair.Acceptance(repair.Id) with { Kind = JobKind.Rollback, Repair = new RepairOf { JobId = run.Id } });
        await repair.ClaimAsync();

        await repair.BeginAsync();

        var pipeline = Assert.Single(repair.Sent<PrepareRepair>()).Preparation.Pipeline;
        Assert.Equal((true, now.Cancel, "id"), (pipeline.Load.AllowTriggers, pipeline.Cancel, pipeline.Objects[0].Key.Single()));
        Assert.Equal(isReachedByIt ? now.Destination : before, pipeline.Destination);
        Assert.Equal(isReachedByIt ? now.Destination : before, await bench.Pipelines.DestinationAsync(run.PipelineId, 1, default));

        // Another job that is under way is stopped where it began.
        await bench.ExecuteAsync($"update coordinator.sync_job set state = 'Failed' where job_id = {repair.Id}");
        await run.FollowAsync();
        Assert.Equal(before, await bench.Pipelines.DestinationAsync(run.PipelineId, 1, default));
    }

    [Theory]
    [InlineData(JobKind.Rollback)]
    [InlineData(JobKind.Replay)]
    public async Task Offsets_stay_where_the_last_run_has_left_them(JobKind kind)
    {
        var (run, repair) = await RepairAsync(kind);
        await repair.InAsync("Completed");
        Assert.Equal(run.Id, await repair.ValueAsync<Guid>($"""select job_id as "Value" from coordinator.object_offset where pipeline_id = {run.PipelineId}"""));
        Assert.Equal(run.Id, await repair.ValueAsync<Guid>($"""select job_id as "Value" from coordinator.completed_object where pipeline_id = {run.PipelineId}"""));
    }

    [Fact]
    public async Task Failure_is_none_of_the_pipelines_runs()
    {
        var (_, repair) = await RepairAsync(JobKind.Rollback);
        await repair.InAsync("Failed");
        Assert.Equal(0, await repair.FailuresAsync());
    }

    [Fact]
    public async Task Rows_that_it_deletes_are_counted_from_the_first_report_to_the_fence()
    {
        var (_, repair) = await RepairAsync(JobKind.Rollback);
        await repair.InAsync("Processing");
        await bench.HandleAsync(new JobProgressed
        {
            JobId = repair.Id,
            Epoch = await repair.EpochAsync(),
            Segments = [new SegmentProgress { ObjectNo = 0, SegmentNo = 0, Written = 5, Deleted = 5 }],
        });
        Assert.Equal((5, 5), await CountsAsync());
        await bench.HandleAsync(new SegmentLoaded
        {
            JobId = repair.Id,
            Epoch = await repair.EpochAsync(),
            ObjectNo = 0,
            SegmentNo = 0,
            Counts = new RecordCounts { Written = 10, Updated = 3, Deleted = 7 },
        });
        Assert.Equal((10, 7), await CountsAsync());
        await repair.PauseAsync();
        await bench.HandleAsync(new Contracts.Fencing.FenceMoved
        {
            JobId = repair.Id,
            Epoch = await repair.EpochAsync(),
            Open = false,
            At = DateTimeOffset.UnixEpoch,
            Counts = new Dictionary<int, RecordCounts> { [0] = new() { Written = 12, Updated = 4, Deleted = 8 } },
        });
        Assert.Equal((12, 8), await CountsAsync());

        await repair.RestartAsync();

        Assert.Equal((0, 0), await CountsAsync());
        Assert.Equal(8, await repair.ValueAsync<long>($"""select deleted as "Value" from coordinator.job_attempt where job_id = {repair.Id}"""));

        async Task<(long, long)> CountsAsync() => await repair.RowAsync() is var row ? (row.Written, row.Deleted) : default;
    }

    [Fact]
    public async Task Records_that_the_source_does_not_have_are_counted_once_and_anew_where_they_are_looked_for_anew()
    {
        var (_, replay) = await RepairAsync(JobKind.Replay);
        await replay.BeginAsync();
        await replay.PrepareAsync(segments: 2);
        await replay.ExtractAsync(0, missing: 3);
        await replay.ExtractAsync(0, missing: 3);
        Assert.Equal((3, 10), (await replay.RowAsync() is var row ? (row.Missing, row.Extracted) : default));

        await bench.HandleAsync(new SnapshotLost { JobId = replay.Id, Epoch = await replay.EpochAsync(), ObjectNo = 0, SegmentNo = 1 });

        Assert.Equal((0, 0), (await replay.RowAsync() is var anew ? (anew.Missing, anew.Extracted) : default));
    }

    // Of a run that is completed.
    async Task<(SagaJob Run, SagaJob Repair)> RepairAsync(JobKind kind, Func<RepairOf, RepairOf>? meant = null)
    {
        var run = await (await bench.AcceptAsync()).InAsync("Completed");
        var repair = new SagaJob(bench, run.PipelineId, run.Definition);
        var of = new RepairOf { JobId = run.Id, Fields = ["email"] };
        await bench.HandleAsync(repair.Acceptance(repair.Id) with { Kind = kind, Repair = meant is null ? of : meant(of) });
        await repair.ClaimAsync();
        return (run, repair);
    }
}
