using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A job that a test leads through its life, playing the workers and the fence.</summary>
public sealed partial class SagaJob(SagaBench bench, Guid pipelineId, PipelineDefinition definition)
{
    static long s_jobNo;

    public Guid Id { get; } = Guid.NewGuid();

    public Guid PipelineId => pipelineId;

    public PipelineDefinition Definition => definition;

    public AcceptJob Acceptance(Guid id) => new()
    {
        JobId = id,
        JobNo = Interlocked.Increment(ref s_jobNo),
        PipelineId = pipelineId,
        PipelineVersion = 1,
        Project = definition.Project,
        Pipeline = definition.Name,
        Kind = JobKind.Historical,
        Trigger = TriggerKind.SyncNow,
        Actor = "tester",
        At = DateTimeOffset.UnixEpoch,
    };

    /// <summary>The pipeline's next job, just accepted.</summary>
    public async Task<SagaJob> FollowAsync()
    {
        var next = new SagaJob(bench, pipelineId, definition);
        await next.AcceptAsync();
        return next;
    }

    public Task AcceptAsync() => bench.HandleAsync(Acceptance(Id));

    /// <summary>Leads a job that was just accepted into a state by what really leads there.</summary>
    public async Task<SagaJob> InAsync(string state)
    {
        switch (state)
        {
            case "Pending": break;
            case "Initializing": await BeginAsync(); break;
            case "Processing": await (await InAsync("Initializing")).LaunchAsync(); break;
            case "Collecting": await (await InAsync("Processing")).LoadAllAsync(); break;
            case "Pausing": await (await InAsync("Processing")).PauseAsync(); break;
            case "Paused": await (await InAsync("Pausing")).ConfirmStopAsync(); break;
            case "Canceling": await (await InAsync("Processing")).CancelAsync(CancelMode.Force); break;
            case "Canceled": await (await InAsync("Canceling")).ConfirmStopAsync(); break;
            case "Failed":
                await (await InAsync("Processing")).BreakAsync(JobStep.Load, retryable: false);
                await ConfirmStopAsync();
                break;
            case "Completed": await (await InAsync("Collecting")).VerifyAsync(); break;
            case "Discarded":
                await InAsync("Paused");
                await bench.AskAsync(new DiscardJob { JobId = Id, Actor = "tester" });
                break;
            default: throw new ArgumentOutOfRangeException(nameof(state), state, "No such state.");
        }

        Assert.Equal(state, (await RowAsync()).CurrentState);
        return this;
    }

    public Task BeginAsync() => bench.HandleAsync(new BeginJob { JobId = Id });

    /// <summary>The plan of object 0, or, if there are more, of each object at a level of its own.</summary>
    public async Task PrepareAsync(int segments = 2, int first = 0, int objects = 1, int? epoch = null, bool isNew = false, bool full = true, long estimated = 20)
    {
        await bench.HandleAsync(new JobPrepared
        {
            JobId = Id,
            Epoch = epoch ?? await EpochAsync(),
            DestinationRole = "worker",
            Objects = [.. Enumerable.Range(0, objects).Select(no => new PlannedObject
            {
                ObjectNo = no, From = "public.a", To = "public.a", Full = full, New = isNew, Level = no, EstimatedRows = estimated, FirstSegmentNo = first, SegmentCount = segments,
            })],
        });
        await JudgedAsync();
    }

    /// <summary>A plan of one segment for each of these objects, of what has changed.</summary>
    public async Task PlanAsync(params (int No, string To)[] objects)
    {
        var next = (await bench.ListAsync<int>($"""select next_segment_no as "Value" from coordinator.job_object where job_id = {Id} order by object_no"""));
        await bench.HandleAsync(new JobPrepared
        {
            JobId = Id,
            Epoch = await EpochAsync(),
            DestinationRole = "worker",
            Objects = [.. objects.Select(each => new PlannedObject
            {
                ObjectNo = each.No, From = each.To, To = each.To, Full = false, Level = 0, EstimatedRows = 20, FirstSegmentNo = next[each.No], SegmentCount = 1,
            })],
        });
        await JudgedAsync();
    }

    /// <summary>The plan of one object that is planned anew by itself: it is at level 0 then.</summary>
    public async Task PrepareAnewAsync(int of, int first) => await bench.HandleAsync(new JobPrepared
    {
        JobId = Id,
        Epoch = await EpochAsync(),
        DestinationRole = "worker",
        Objects =
        [
            new PlannedObject
            {
                ObjectNo = of, From = "public.a", To = "public.a", Full = true, Level = 0, EstimatedRows = 20, FirstSegmentNo = first, SegmentCount = 1,
            },
        ],
    });

    /// <summary>A staged segment, and what comes of the last one: the job tells itself to judge.</summary>
    public async Task ExtractAsync(int segment, int? epoch = null, int? next = null, Guid? copy = null, int of = 0, long rows = 10, long missing = 0)
    {
        await bench.HandleAsync(new SegmentExtracted
        {
            JobId = Id,
            Epoch = epoch ?? await EpochAsync(),
            ObjectNo = of,
            SegmentNo = segment,
            Copy = copy ?? Guid.NewGuid(),
            Rows = rows,
            Bytes = 100,
            Missing = missing,
            NextSegmentNo = next,
        });
        await JudgedAsync();
    }

    /// <summary>As it stands where everything is staged and the broker has lost the word to judge.</summary>
    public async Task<SagaJob> StagedAsync()
    {
        await PrepareAsync();
        await bench.ExecuteAsync(
            $"""
             with staged as (
                 update coordinator.job_segment set state = 'Sealed', copy = gen_random_uuid(), rows = 10, bytes = 100 where job_id = {Id} returning job_id),
             read as (update coordinator.job_object set state = 'Extracted' where job_id = {Id})
             update coordinator.sync_job set phase = 'Judging', extracted = 20 where job_id = {Id}
             """);
        return this;
    }

    public async Task JudgeAsync(int? epoch = null) => await bench.HandleAsync(new JudgeJob { JobId = Id, Epoch = epoch ?? await EpochAsync() });

    /// <summary>What the worker finds of an object's sample before launch; null: it does not answer.</summary>
    public Func<int, ObjectFindings?> Finds { get; set; } = no => new ObjectFindings
    {
        ObjectNo = no,
        Rows = 0,
        Inserts = 0,
        Updates = 0,
        Unchanged = 0,
        Rejected = 0,
        DestinationRows = -1,
        Fields = [],
        RejectsUnknown = "It was not tried.",
    };

    /// <summary>Until the word to judge that is on its way has come, if one is, also of what is read anew; a dry run waits for other things.</summary>
    public Task JudgedAsync() => bench.EventuallyAsync(async () =>
    {
        if (await RowAsync() is not { Kind: not JobKind.DryRun } row || !await IsToBeJudgedAsync(row.Phase)) return true;
        if (Sent<CompareRecords>().LastOrDefault(sent => sent.Epoch == row.Epoch) is not { } asked) return false;
        var found = asked.Objects.Select(Finds).OfType<ObjectFindings>().ToList();
        // Nobody answers: that is as far as it goes.
        if (found.Count == 0) return true;
        await bench.HandleAsync(new RecordsCompared { JobId = Id, Epoch = asked.Epoch, Objects = found }, lane: Hosting.Bus.Lanes.JobProgress);
        return false;
    });

    async Task<bool> IsToBeJudgedAsync(JobPhase phase) => phase == JobPhase.Judging || (phase == JobPhase.Loading && await ValueAsync<bool>(
        $"""select exists (select from coordinator.job_object where job_id = {Id} and unjudged and state = 'Extracted') as "Value" """));

    public async Task LaunchAsync()
    {
        await PrepareAsync();
        await ExtractAsync(0);
        await ExtractAsync(1);
        await OpenFenceAsync();
        await ShapeAsync();
    }

    public async Task OpenFenceAsync() => await FenceAsync(open: true, written: 0);

    public async Task ShapeAsync(int? epoch = null, params int[] empty) => await bench.HandleAsync(
        new SchemaChangesApplied { JobId = Id, Epoch = epoch ?? await EpochAsync(), EmptyObjects = empty is [] ? [0] : empty });

    public async Task LoseSnapshotAsync(int segment, int? epoch = null, int of = 0) =>
        await bench.HandleAsync(new SnapshotLost { JobId = Id, Epoch = epoch ?? await EpochAsync(), ObjectNo = of, SegmentNo = segment });

    /// <summary>Loses a segment; if the job goes on, its fence has moved on afterwards.</summary>
    public async Task LoseSegmentAsync(int segment, int? epoch = null, int of = 0)
    {
        await bench.HandleAsync(new SegmentLost { JobId = Id, Epoch = epoch ?? await EpochAsync(), ObjectNo = of, SegmentNo = segment });
        if ((await RowAsync()).Phase != JobPhase.Launching) return;
        await OpenFenceAsync();
        await ShapeAsync();
    }

    public async Task ProgressAsync(int segment, long written, int? epoch = null, int rejectPeak = 0, long busyMs = 0) => await bench.HandleAsync(new JobProgressed
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        Segments = [new SegmentProgress { ObjectNo = 0, SegmentNo = segment, Written = written, RejectPeak = rejectPeak, BusyMs = busyMs }],
    });

    public async Task DelayFenceAsync(string waiting, int? epoch = null, bool isUnreachable = false) => await bench.HandleAsync(
        new FenceDelayed { JobId = Id, Epoch = epoch ?? await EpochAsync(), Waiting = waiting, IsUnreachable = isUnreachable });

    /// <summary>What the watch of deadlines sends once the time has passed, which it has.</summary>
    public async Task PassDeadlineAsync(int? epoch = null)
    {
        await bench.ExecuteAsync($"update coordinator.sync_job set deadline_at = now() - interval '2 seconds' where job_id = {Id} and deadline_at is not null");
        await ElapseAsync(epoch);
    }

    /// <summary>The watch's word alone.</summary>
    public async Task ElapseAsync(int? epoch = null) => await bench.HandleAsync(new JobDeadlineElapsed { JobId = Id, Epoch = epoch ?? await EpochAsync() });

    /// <summary>The records of its stops, in order.</summary>
    public Task<List<JobStop>> StopsAsync() => bench.ReadAsync(db => db.JobStops.AsNoTracking().Where(stop => stop.JobId == Id).OrderBy(stop => stop.StopId).ToListAsync());

    /// <summary>How often this is owed because of the job.</summary>
    public async Task<int> TimesOwedAsync(string message) => (await OwedAsync()).Count(owed => owed == message);

    /// <summary>The reconciler's question.</summary>
    public Task AskAgainAsync() => bench.HandleAsync(new ReconcileJob { JobId = Id });

    /// <summary>Pauses the job, and waits for the fence.</summary>
    public async Task PauseFullyAsync(long written = 10)
    {
        await PauseAsync();
        await ConfirmStopAsync(written);
    }

    public async Task LoadAsync(int segment, int? epoch = null, long deferred = 0, int round = 0, int of = 0) => await bench.HandleAsync(new SegmentLoaded
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        ObjectNo = of,
        SegmentNo = segment,
        Deferred = deferred,
        Round = round,
        Counts = new RecordCounts { Written = 10, Inserted = 10 - deferred, Rejected = deferred },
    });

    public async Task LoadAllAsync()
    {
        await LoadAsync(0);
        await LoadAsync(1);
        await FenceAsync(open: false, written: 20);
    }

    public async Task VerifyAsync(int? epoch = null) => await bench.HandleAsync(new JobVerified { JobId = Id, Epoch = epoch ?? await EpochAsync() });

    public async Task BreakAsync(JobStep step, bool retryable, int? segment = null, int? epoch = null, bool held = false) =>
        await bench.HandleAsync(new StepFailed
        {
            JobId = Id,
            Epoch = epoch ?? await EpochAsync(),
            Step = step,
            ObjectNo = segment is null ? null : 0,
            SegmentNo = segment,
            Problem = new Problem { Code = "broken", Sentence = "Object public.a: it broke.", Retryable = retryable, Held = held },
        });

    /// <summary>Takes the pipeline, as the start of a run does.</summary>
    public Task ClaimAsync() => bench.ExecuteAsync($"update coordinator.pipeline set current_job_id = {Id} where pipeline_id = {pipelineId}");

    public Task ConfirmStopAsync(long written = 10) => FenceAsync(open: false, written);

    public async Task FenceAsync(bool open, long written, int? epoch = null, long rejected = 0) => await bench.HandleAsync(new FenceMoved
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        Open = open,
        At = DateTimeOffset.UnixEpoch,
        Counts = new Dictionary<int, RecordCounts> { [0] = new() { Written = written, Inserted = written - rejected, Rejected = rejected } },
    });
}
