using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Rollbacks, the segments of which are undone generation by generation, and read under no snapshot.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenRollingBack(SagaBench bench)
{
    [Fact]
    public async Task What_waits_for_others_is_tried_again_before_the_next_generation_begins()
    {
        // Of each of two generations one segment puts back, the next one deletes.
        var job = await LaunchedAsync([0, 1, 2, 3], [1, 1, 3, 3]);
        Assert.Equal([(0, 0)], Loads(job));
        await job.LoadAsync(0, deferred: 2);
        Assert.Equal([(0, 0), (1, 0)], Loads(job));
        await job.LoadAsync(1, deferred: 1);
        Assert.Equal([(0, 0), (1, 0), (0, 1)], Loads(job));
        await job.LoadAsync(0, round: 1);
        Assert.Equal([(0, 0), (1, 0), (0, 1), (1, 1)], Loads(job));
        await job.LoadAsync(1, round: 1, deferred: 1);
        await job.LoadAsync(1, round: 2, deferred: 1);
        Assert.Equal([(0, 0), (1, 0), (0, 1), (1, 1), (1, 2), (2, 0)], Loads(job));
        await job.LoadAsync(2);
        await job.LoadAsync(3);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Records_left_as_they_are_are_no_rejects_that_would_fail_it()
    {
        var job = await LaunchedAsync([0], [0]);
        await bench.ExecuteAsync(
            $$"""
              update coordinator.pipeline_version set definition = jsonb_set(definition, '{load}', coalesce(definition -> 'load', '{}') || '{"maxRejects": 0}')
              where pipeline_id = {{job.PipelineId}}
              """);
        await bench.HandleAsync(new SegmentLoaded
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            ObjectNo = 0,
            SegmentNo = 0,
            Counts = new() { Written = 10, Rejected = 10 },
        });
        Assert.Equal((JobPhase.Closing, 10), (await job.RowAsync()) is var row ? (row.Phase, row.Rejected) : default);
    }

    [Fact]
    public async Task Records_left_as_they_are_trip_no_guard()
    {
        var job = await LaunchedAsync([0], [0]);
        await job.ProgressAsync(0, written: 6, rejectPeak: 50);
        Assert.Equal(("Processing", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.GuardCause) : default);
    }

    [Fact]
    public async Task Lost_segment_is_read_again_by_itself_and_nobody_else_stops()
    {
        var job = await LaunchedAsync([0, 0], [1, 1]);
        var epoch = await job.EpochAsync();
        await bench.HandleAsync(new SegmentLost { JobId = job.Id, Epoch = epoch, ObjectNo = 0, SegmentNo = 0 });

        Assert.Equal((epoch, JobPhase.Loading, 10), (await job.RowAsync()) is var row ? (row.Epoch, row.Phase, row.Extracted) : default);
        Assert.Equal(2, job.Sent<ExtractSegment>().Count(sent => sent.SegmentNo == 0));
        Assert.Single(job.Sent<PrepareRepair>());

        await job.LoadAsync(1);
        var copy = Guid.NewGuid();
        await job.ExtractAsync(0, copy: copy);
        Assert.Equal((0, copy), (job.Sent<LoadSegment>()[^1].SegmentNo, job.Sent<LoadSegment>()[^1].Copy));
        await job.LoadAsync(0);
        Assert.Equal(JobPhase.Closing, (await job.RowAsync()).Phase);
    }

    [Fact]
    public async Task Segment_that_is_lost_again_and_again_fails_it()
    {
        var job = await LaunchedAsync([0], [0]);
        for (var time = 0; (await job.RowAsync()).CurrentState == "Processing" && time < 50; time++)
        {
            await bench.HandleAsync(new SegmentLost { JobId = job.Id, Epoch = await job.EpochAsync(), ObjectNo = 0, SegmentNo = 0 });
            await job.ExtractAsync(0);
        }

        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Plan_stands_when_it_goes_on_after_a_stop()
    {
        var job = await BegunAsync([0, 1], [1, 1]);
        await job.ExtractAsync(0);
        await job.PauseFullyAsync(written: 0);
        await job.ResumeAsync();

        Assert.Single(job.Sent<PrepareRepair>());
        Assert.Equal(1, job.Sent<ExtractSegment>()[^1].SegmentNo);
        await job.ExtractAsync(1);
        Assert.Equal((JobPhase.Launching, 20), (await job.RowAsync()) is var row ? (row.Phase, row.Extracted) : default);
    }

    [Fact]
    public async Task How_much_there_is_to_do_is_known_once_it_is_planned()
    {
        var job = await BegunAsync([0, 1], [1, 1]);
        Assert.Equal(20, (await job.RowAsync()).Estimated);
    }

    static List<(int Segment, int Round)> Loads(SagaJob job) => [.. job.Sent<LoadSegment>().Select(sent => (sent.SegmentNo, sent.Round))];

    async Task<SagaJob> BegunAsync(IReadOnlyList<int> levels, IReadOnlyList<int> rounds)
    {
        var run = await (await bench.AcceptAsync()).InAsync("Completed");
        var repair = new SagaJob(bench, run.PipelineId, run.Definition);
        await bench.HandleAsync(repair.Acceptance(repair.Id) with { Kind = JobKind.Rollback, Repair = new RepairOf { JobId = run.Id } });
        await repair.ClaimAsync();
        await repair.BeginAsync();
        await bench.HandleAsync(new JobPrepared
        {
            JobId = repair.Id,
            Epoch = await repair.EpochAsync(),
            DestinationRole = "worker",
            Objects =
            [
                new PlannedObject
                {
                    ObjectNo = 0, From = "public.a", To = "public.a", Full = false, Level = levels.Min(), EstimatedRows = 20, FirstSegmentNo = 0,
                    SegmentCount = levels.Count, SegmentLevels = levels, RoundLevels = rounds,
                },
            ],
        });
        return repair;
    }

    async Task<SagaJob> LaunchedAsync(IReadOnlyList<int> levels, IReadOnlyList<int> rounds)
    {
        var job = await BegunAsync(levels, rounds);
        for (var segment = 0; segment < levels.Count; segment++) await job.ExtractAsync(segment);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        return job;
    }
}
