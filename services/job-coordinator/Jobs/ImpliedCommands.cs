using System.Text.Json;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Jobs.Work;
using Headgate.JobCoordinator.Pipelines;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// Which commands must be on their way, derived from the job's row alone. The transitions, redelivered duplicates and the reconciler
/// all send what is derived here, so that losing a message costs time and nothing else.
/// </summary>
static class ImpliedCommands
{
    const int ComparedAtOnce = 50;

    /// <summary>The command of the job as a whole, if its phase waits for one.</summary>
    public static async Task<IReadOnlyList<ImpliedCommand>> OfPhaseAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        if (job.CurrentState == nameof(SyncJobStateMachine.Pending)) return [new(Lanes.Upkeep, new GrantTurn { JobId = job.CorrelationId })];
        return job.Phase switch
        {
            JobPhase.Extracting => await PreparationAsync(context),
            JobPhase.Loading => [.. await PreparationAsync(context), .. await LateJudgementAsync(context)],
            // A dry run has no launch to be judged for.
            JobPhase.Judging when job.Kind == JobKind.DryRun => [await ComparisonAsync(context)],
            JobPhase.Judging => [await CanaryAsync(context) ?? new(Lanes.JobCommands, new JudgeJob { JobId = job.CorrelationId, Epoch = job.Epoch })],
            JobPhase.Launching => [Fence(job, open: true)],
            JobPhase.Shaping => [new(Lanes.Prepare, new ApplySchemaChanges { JobId = job.CorrelationId, Attempt = job.Attempt, Epoch = job.Epoch })],
            JobPhase.Finishing => [await FinishAsync(context)],
            JobPhase.Closing or JobPhase.Stopping => [Fence(job, open: false)],
            JobPhase.Verifying => [new(Lanes.Upkeep, new VerifyJob { JobId = job.CorrelationId, Epoch = job.Epoch })],
            _ => [],
        };
    }

    /// <summary>Takes the next segments into hand.</summary>
    public static async Task<IReadOnlyList<ImpliedCommand>> NextSegmentsAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        if (job.Phase is not (JobPhase.Extracting or JobPhase.Loading)) return [];
        var (load, window) = await PipelineWork.LoadingAsync(context.Db(), job);
        var toRead = await ExtractionWork.TakeNextAsync(context.Db(), job, load.Parallelism);
        var toWrite = job.Phase == JobPhase.Loading ? await LoadingWork.TakeNextAsync(context.Db(), job, load.Parallelism) : [];
        return [.. toRead.Select(segment => Extract(job, segment, load)), .. toWrite.Select(segment => Load(job, segment, load, window))];
    }

    /// <summary>Segments that workers should have in hand already.</summary>
    public static async Task<IReadOnlyList<ImpliedCommand>> SegmentsInHandAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        if (job.Phase is not (JobPhase.Extracting or JobPhase.Loading)) return [];
        var (load, window) = await PipelineWork.LoadingAsync(context.Db(), job);
        var read = await ExtractionWork.InHandAsync(context.Db(), job);
        var written = job.Phase == JobPhase.Loading ? await LoadingWork.InHandAsync(context.Db(), job) : [];
        return [.. read.Select(segment => Extract(job, segment, load)), .. written.Select(segment => Load(job, segment, load, window))];
    }

    static async Task<IReadOnlyList<ImpliedCommand>> PreparationAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        var objects = await ExtractionWork.UnplannedAsync(context.Db(), job);
        if (objects.Count == 0) return job.Kind.IsRepair() && !await RepairWork.HasObjectsAsync(context.Db(), job) ? [NothingToRepair(job)] : [];
        var preparation = new PrepareJob
        {
            JobId = job.CorrelationId,
            Attempt = job.Attempt,
            Epoch = job.Epoch,
            PipelineId = job.PipelineId,
            Pipeline = await PipelineWork.DefinitionAsync(context.Db(), job),
            Kind = job.Kind,
            Objects = objects,
            Resumed = job.ResumeTo is not null,
            DropAndLoad = job.DropAndLoad,
            Sample = job.Sample is null ? null : JsonSerializer.Deserialize<Sample>(job.Sample, PipelineJson.Options),
        };
        return [new(Lanes.Prepare, job.Kind.IsRepair() ? await RepairWork.PreparationAsync(context.Db(), job, preparation) : preparation)];
    }

    // No worker would ever answer for it: its own word to itself.
    static ImpliedCommand NothingToRepair(SyncJob job) => new(Lanes.JobProgress, new StepFailed
    {
        JobId = job.CorrelationId,
        Epoch = job.Epoch,
        Step = JobStep.Prepare,
        Problem = new Problem
        {
            Code = "nothing-to-repair",
            Sentence = $"Nothing of job {job.OfJobId} is meant by this {(job.Kind == JobKind.Replay ? "replay" : "rollback")}: it has no such object, "
                + $"or version {job.PipelineVersion} of the pipeline file writes none of its tables.",
            Retryable = false,
        },
    });

    /// <summary>Of objects that were read anew after launch: none is written that guards have not seen.</summary>
    static async Task<IReadOnlyList<ImpliedCommand>> LateJudgementAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        if (!await ExtractionWork.IsAnyUnjudgedAsync(context.Db(), job)) return [];
        return [await CanaryAsync(context) ?? new(Lanes.JobCommands, new JudgeJob { JobId = job.CorrelationId, Epoch = job.Epoch })];
    }

    /// <summary>Null: there is nothing to compare that was not.</summary>
    static async Task<ImpliedCommand?> CanaryAsync(BehaviorContext<SyncJob> context)
    {
        if (!context.Saga.Kind.HasCanary()) return null;
        var objects = await GuardWork.ToCompareAsync(context.Db(), context.Saga, ComparedAtOnce, context.CancellationToken);
        return objects.Count == 0 ? null : new ImpliedCommand(Lanes.Comparisons, new CompareRecords
        {
            JobId = context.Saga.CorrelationId,
            Attempt = context.Saga.Attempt,
            Epoch = context.Saga.Epoch,
            Objects = objects,
            Mode = CompareMode.Canary,
            Sample = (await GuardWork.DefinitionAsync(context.Db(), context.Saga)).Canary.Sample,
        });
    }

    static async Task<ImpliedCommand> ComparisonAsync(BehaviorContext<SyncJob> context) => new(Lanes.Comparisons, new CompareRecords
    {
        JobId = context.Saga.CorrelationId,
        Attempt = context.Saga.Attempt,
        Epoch = context.Saga.Epoch,
        Objects = await FindingWork.UnfoundAsync(context.Db(), context.Saga, ComparedAtOnce),
        Mode = CompareMode.DryRun,
    });

    static ImpliedCommand Fence(SyncJob job, bool open) => new(Lanes.Fences, new MoveFence
    {
        JobId = job.CorrelationId,
        JobNo = job.JobNo,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        Open = open,
        Force = !open && job.Mode == CancelMode.Force,
        Writer = open ? job.DestinationRole : null,
        EverLaunched = job.RequestId is not null,
    });

    static ImpliedCommand Extract(SyncJob job, SegmentInHand segment, LoadDefinition load) => new(Lanes.Extract, new ExtractSegment
    {
        JobId = job.CorrelationId,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        ObjectNo = segment.object_no,
        SegmentNo = segment.segment_no,
        MaxRowsPerSecond = Share(job, load),
        RateNo = job.RateNo,
    });

    static ImpliedCommand Load(SyncJob job, SegmentInHand segment, LoadDefinition load, int rejectsWindow) => new(Lanes.Load, new LoadSegment
    {
        JobId = job.CorrelationId,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        ObjectNo = segment.object_no,
        SegmentNo = segment.segment_no,
        Copy = segment.copy!.Value,
        Rows = segment.rows,
        Empty = segment.empty,
        Round = segment.round,
        RejectsWindow = rejectsWindow,
        MaxRowsPerSecond = Share(job, load),
        RateNo = job.RateNo,
    });

    static async Task<ImpliedCommand> FinishAsync(BehaviorContext<SyncJob> context)
    {
        var job = context.Saga;
        var load = await PipelineWork.LoadOptionsAsync(context.Db(), job);
        return new ImpliedCommand(Lanes.Load, new FinishObjects
        {
            JobId = job.CorrelationId,
            Attempt = job.Attempt,
            Epoch = job.Epoch,
            MaxRowsPerSecond = Share(job, load),
            RateNo = job.RateNo,
        });
    }

    // The ceiling is the job's: each of the segments that can be in hand at the same time gets its share.
    static double Share(SyncJob job, LoadDefinition load) => (job.MaxRowsPerSecond ?? load.MaxRowsPerSecond) / (double)load.Parallelism;
}
