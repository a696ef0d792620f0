using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>A job that a test leads through its life, playing the workers and the fence.</summary>
public sealed class SagaJob(SagaBench bench, Guid pipelineId, PipelineDefinition definition)
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

    public async Task PrepareAsync(int segments = 2, int first = 0) => await bench.HandleAsync(new JobPrepared
    {
        JobId = Id,
        Epoch = await EpochAsync(),
        DestinationRole = "worker",
        Objects =
        [
            new PlannedObject
            {
                ObjectNo = 0, From = "public.a", To = "public.a", Full = true, Level = 0, EstimatedRows = 20, FirstSegmentNo = first,
                SegmentCount = segments,
            },
        ],
    });

    public async Task ExtractAsync(int segment, int? epoch = null, int? next = null, Guid? copy = null) => await bench.HandleAsync(new SegmentExtracted
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        ObjectNo = 0,
        SegmentNo = segment,
        Copy = copy ?? Guid.NewGuid(),
        Rows = 10,
        Bytes = 100,
        NextSegmentNo = next,
    });

    public async Task LaunchAsync()
    {
        await PrepareAsync();
        await ExtractAsync(0);
        await ExtractAsync(1);
        await OpenFenceAsync();
        await ShapeAsync();
    }

    public async Task OpenFenceAsync() => await FenceAsync(open: true, written: 0);

    public async Task ShapeAsync() =>
        await bench.HandleAsync(new SchemaChangesApplied { JobId = Id, Epoch = await EpochAsync(), EmptyObjects = [0] });

    public async Task LoadAsync(int segment, int? epoch = null, long deferred = 0, int round = 0) => await bench.HandleAsync(new SegmentLoaded
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        ObjectNo = 0,
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

    public async Task VerifyAsync() => await bench.HandleAsync(new JobVerified { JobId = Id, Epoch = await EpochAsync() });

    public async Task BreakAsync(JobStep step, bool retryable, int? segment = null) => await bench.HandleAsync(new StepFailed
    {
        JobId = Id,
        Epoch = await EpochAsync(),
        Step = step,
        ObjectNo = segment is null ? null : 0,
        SegmentNo = segment,
        Problem = new Problem { Code = "broken", Sentence = "Object public.a: it broke.", Retryable = retryable },
    });

    public Task<CommandAnswered> PauseAsync() => bench.AskAsync(new PauseJob { JobId = Id, Actor = "tester", Reason = "to look" });

    public Task<CommandAnswered> ResumeAsync() => bench.AskAsync(new ResumeJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> CancelAsync(CancelMode mode = CancelMode.Graceful, bool pauseFirst = false) =>
        bench.AskAsync(new CancelJob { JobId = Id, Actor = "tester", Reason = "wrong mapping", Mode = mode, PauseFirst = pauseFirst });

    public Task<CommandAnswered> RestartAsync() => bench.AskAsync(new RestartJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> DiscardAsync() => bench.AskAsync(new DiscardJob { JobId = Id, Actor = "tester" });

    public Task<CommandAnswered> AbandonAsync() => bench.AskAsync(new AbandonJob { JobId = Id, Actor = "tester" });

    public Task ConfirmStopAsync(long written = 10) => FenceAsync(open: false, written);

    public async Task FenceAsync(bool open, long written, int? epoch = null) => await bench.HandleAsync(new FenceMoved
    {
        JobId = Id,
        Epoch = epoch ?? await EpochAsync(),
        Open = open,
        At = DateTimeOffset.UnixEpoch,
        Counts = new Dictionary<int, RecordCounts> { [0] = new() { Written = written, Inserted = written } },
    });

    public Task<SyncJob> RowAsync() => bench.ReadAsync(db => db.Jobs.AsNoTracking().SingleAsync(job => job.CorrelationId == Id));

    public async Task<int> EpochAsync() => (await RowAsync()).Epoch;

    /// <summary>What was sent about this job since the mark, by type.</summary>
    public IReadOnlyList<T> Sent<T>() => [.. bench.Sent.OfType<T>().Where(message => (Guid)typeof(T).GetProperty("JobId")!.GetValue(message)! == Id)];

    /// <summary>What is owed because of this job, in order.</summary>
    public Task<List<string>> OwedAsync() => bench.ReadAsync(db =>
        db.Database.SqlQuery<string>($"select split_part(message, '.', 4) as \"Value\" from coordinator.obligation where job_id = {Id} order by sequence").ToListAsync());
}
