using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Fencing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs.Verbs;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>The named predicates of the state machine.</summary>
static class JobConditions
{
    static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(1);

    // A message of an older epoch belongs to a stop or launch that is over.
    public static bool IsCurrent(BehaviorContext<SyncJob, JobPrepared> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, SegmentExtracted> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, SnapshotLost> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, SegmentLost> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, SchemaChangesApplied> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.Phase == JobPhase.Shaping;

    public static bool IsCurrent(BehaviorContext<SyncJob, SegmentLoaded> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, ObjectsFinished> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.Phase == JobPhase.Finishing;

    public static bool IsCurrent(BehaviorContext<SyncJob, JobProgressed> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, StepFailed> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, FenceDelayed> context) => context.Message.Epoch == context.Saga.Epoch;

    public static bool IsCurrent(BehaviorContext<SyncJob, JobVerified> context) => context.Message.Epoch == context.Saga.Epoch;

    /// <summary>A dry run is never launched, whoever asks.</summary>
    public static bool IsJudging(BehaviorContext<SyncJob, JudgeJob> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga is { Phase: JobPhase.Judging, Kind: not JobKind.DryRun };

    /// <summary>
    /// The word to judge may be of before: what was read anew since is judged by what is found of it, and of nothing else.
    /// </summary>
    public static async Task<bool> EverythingIsCompared(BehaviorContext<SyncJob, JudgeJob> context) =>
        !context.Saga.Kind.HasCanary() || (await GuardWork.ToCompareAsync(context.Db(), context.Saga, 1, context.CancellationToken)).Count == 0;

    /// <summary>Of objects that are read anew while others are written.</summary>
    public static bool IsJudgingLate(BehaviorContext<SyncJob, JudgeJob> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.Phase == JobPhase.Loading;

    public static bool IsComparedLate(BehaviorContext<SyncJob, RecordsCompared> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.Phase == JobPhase.Loading;

    /// <summary>An object that is read anew is staged with this segment, and guards have not seen it.</summary>
    public static async Task<bool> MustJudgeLate(BehaviorContext<SyncJob, SegmentExtracted> context) =>
        context.Saga.Phase == JobPhase.Loading && await ExtractionWork.IsUnjudgedAsync(context.Db(), context.Saga, context.Message.ObjectNo);

    /// <summary>Any is staged.</summary>
    public static Task<bool> MustJudgeLate(BehaviorContext<SyncJob, JudgeJob> context) => ExtractionWork.IsAnyUnjudgedAsync(context.Db(), context.Saga);

    /// <summary>A guard wants it stopped until somebody has looked: before launch a pause is a hold.</summary>
    public static bool MustHold(BehaviorContext<SyncJob> context) =>
        Guarding.Verdict(context) is { Action: GuardAction.Hold or GuardAction.Pause };

    public static bool MustCancel(BehaviorContext<SyncJob> context) =>
        Guarding.Verdict(context) is { Action: GuardAction.Cancel or GuardAction.Force };

    /// <summary>After launch: whatever a guard wants of it begins with a pause, but force; and force too where it would leave records in doubt.</summary>
    public static async Task<bool> MustPause(BehaviorContext<SyncJob> context) => Guarding.Verdict(context) switch
    {
        { Action: GuardAction.Hold or GuardAction.Pause or GuardAction.Cancel } => true,
        { Action: GuardAction.Force } => await WouldLeaveInDoubt(context),
        _ => false,
    };

    public static bool MustForce(BehaviorContext<SyncJob> context) => Guarding.Verdict(context) is { Action: GuardAction.Force };

    public static bool IsCurrent(BehaviorContext<SyncJob, GuardDue> context) => context.Message.Epoch == context.Saga.Epoch;

    /// <summary>A sample that cannot be compared is no reason to fail: guards say that they cannot judge.</summary>
    public static bool IsOfSample(BehaviorContext<SyncJob, StepFailed> context) =>
        context.Message.Step == JobStep.Compare && context.Saga.Kind != JobKind.DryRun;

    public static bool IsCompared(BehaviorContext<SyncJob, RecordsCompared> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.Phase == JobPhase.Judging;

    /// <summary>A dry run of which everything is found: there is nothing else to it.</summary>
    public static async Task<bool> IsFoundOut(BehaviorContext<SyncJob, RecordsCompared> context) =>
        context.Saga.Kind == JobKind.DryRun && (await FindingWork.UnfoundAsync(context.Db(), context.Saga, 1)).Count == 0;

    public static bool Opened(BehaviorContext<SyncJob, FenceMoved> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Message.Open && context.Saga.Phase == JobPhase.Launching;

    public static bool Closed(BehaviorContext<SyncJob, FenceMoved> context) =>
        context.Message.Epoch == context.Saga.Epoch && !context.Message.Open && context.Saga.Phase == JobPhase.Closing;

    public static bool ConfirmsPause(BehaviorContext<SyncJob, FenceMoved> context) => Confirms(context, StopIntent.Pause);

    public static bool ConfirmsCancel(BehaviorContext<SyncJob, FenceMoved> context) => Confirms(context, StopIntent.Cancel);

    public static bool ConfirmsDiscard(BehaviorContext<SyncJob, FenceMoved> context) => Confirms(context, StopIntent.Discard);

    public static bool ConfirmsFailure(BehaviorContext<SyncJob, FenceMoved> context) => Confirms(context, StopIntent.Fail);

    public static bool IsForce(BehaviorContext<SyncJob, CancelJob> context) => context.Message.Mode == CancelMode.Force;

    public static bool IsGraceful(BehaviorContext<SyncJob, CancelJob> context) => !IsForce(context);

    /// <summary>A graceful cancel of a stop that is to end so anyway: asking again does not put its deadline off.</summary>
    public static bool IsCanceledAlready(BehaviorContext<SyncJob, CancelJob> context) => IsGraceful(context) && context.Saga.Intent == StopIntent.Cancel;

    public static bool IsNotCanceledYet(BehaviorContext<SyncJob, CancelJob> context) => IsGraceful(context) && !IsCanceledAlready(context);

    public static bool MustPauseFirst(BehaviorContext<SyncJob, CancelJob> context) => IsGraceful(context) && !context.Message.PauseFirst;

    public static bool MayPauseFirst(BehaviorContext<SyncJob, CancelJob> context) => IsGraceful(context) && context.Message.PauseFirst;

    /// <summary>A cancel that is asked for since a run waits. Where the job ends by itself in a moment, what it has written is to count.</summary>
    public static bool MakesRoom(BehaviorContext<SyncJob, CancelJob> context) => MayPauseFirst(context) && context.Message.SuccessorId is not null;

    public static bool MakesNoRoom(BehaviorContext<SyncJob, CancelJob> context) => MayPauseFirst(context) && !MakesRoom(context);

    public static bool IsEscalation(BehaviorContext<SyncJob, CancelJob> context) => IsForce(context) && context.Saga.Mode != CancelMode.Force;

    public static bool IsNoEscalation(BehaviorContext<SyncJob, CancelJob> context) => !IsEscalation(context);

    public static async Task<bool> MustAcceptDoubt(BehaviorContext<SyncJob, CancelJob> context) =>
        !context.Message.AcceptInDoubt && await WouldLeaveInDoubt(context);

    public static async Task<bool> MustAcceptDoubt(BehaviorContext<SyncJob, DiscardJob> context) =>
        !context.Message.AcceptInDoubt && await WouldLeaveInDoubt(context);

    /// <summary>
    /// Whether a stop by force would leave records in doubt, as the job's row stood before this message: who forces it must have accepted that,
    /// and nothing forces it by itself.
    /// </summary>
    public static async Task<bool> WouldLeaveInDoubt(BehaviorContext<SyncJob> context) => await context.RecordsInFlightAsync() is not null;

    public static bool IsOutdated(BehaviorContext<SyncJob, ResumeJob> context) =>
        context.Message.Epoch is { } epoch && epoch != context.Saga.Epoch;

    public static bool WasPending(BehaviorContext<SyncJob, ResumeJob> context) => Was(context, nameof(SyncJobStateMachine.Pending));

    public static bool WasInitializing(BehaviorContext<SyncJob, ResumeJob> context) => Was(context, nameof(SyncJobStateMachine.Initializing));

    /// <summary>A dry run that has failed holds nothing any more that it could go on with.</summary>
    public static bool WasDryRun(BehaviorContext<SyncJob, ResumeJob> context) => WasInitializing(context) && context.Saga.Kind == JobKind.DryRun;

    public static bool WasRun(BehaviorContext<SyncJob, ResumeJob> context) => WasInitializing(context) && !WasDryRun(context);

    public static bool WasProcessing(BehaviorContext<SyncJob, ResumeJob> context) => Was(context, nameof(SyncJobStateMachine.Processing));

    public static bool WasCollecting(BehaviorContext<SyncJob, ResumeJob> context) => Was(context, nameof(SyncJobStateMachine.Collecting));

    public static Task<bool> EverythingIsExtracted(BehaviorContext<SyncJob, SegmentExtracted> context) =>
        ExtractionWork.IsCompleteAsync(context.Db(), context.Saga);

    /// <summary>The last object that was still to be read is blocked, and the others are staged.</summary>
    public static Task<bool> EverythingIsExtracted(BehaviorContext<SyncJob, JobPrepared> context) =>
        ExtractionWork.IsCompleteAsync(context.Db(), context.Saga);

    public static async Task<bool> EverythingIsBlocked(BehaviorContext<SyncJob, JobPrepared> context) =>
        context.Message.Blocked.Count > 0 && await BlockedWork.IsEveryOneAsync(context.Db(), context.Saga);

    public static Task<bool> EverythingIsLoaded(BehaviorContext<SyncJob, SchemaChangesApplied> context) =>
        LoadingWork.IsCompleteAsync(context.Db(), context.Saga);

    public static Task<bool> EverythingIsLoaded(BehaviorContext<SyncJob, SegmentLoaded> context) =>
        LoadingWork.IsCompleteAsync(context.Db(), context.Saga);

    public static Task<bool> MustFinish(BehaviorContext<SyncJob, SchemaChangesApplied> context) =>
        FinishingWork.IsNeededAsync(context.Db(), context.Saga);

    public static Task<bool> MustFinish(BehaviorContext<SyncJob, SegmentLoaded> context) =>
        FinishingWork.IsNeededAsync(context.Db(), context.Saga);

    public static Task<bool> HasTooManyRejects(BehaviorContext<SyncJob, SchemaChangesApplied> context) =>
        LoadingWork.HasTooManyRejectsAsync(context.Db(), context.Saga);

    public static Task<bool> HasTooManyRejects(BehaviorContext<SyncJob, SegmentLoaded> context) =>
        LoadingWork.HasTooManyRejectsAsync(context.Db(), context.Saga);

    public static Task<bool> PipelineIsFree(BehaviorContext<SyncJob, RestartJob> context) => PipelineWork.IsFreeAsync(context.Db(), context.Saga);

    public static Task<bool> IsInHand(BehaviorContext<SyncJob, SnapshotLost> context) => ExtractionWork.IsInHandAsync(
        context.Db(), context.Saga, context.Message.ObjectNo, context.Message.SegmentNo, ExtractionWork.ToBeRead);

    public static Task<bool> IsInHand(BehaviorContext<SyncJob, SegmentLost> context) => ExtractionWork.IsInHandAsync(
        context.Db(), context.Saga, context.Message.ObjectNo, context.Message.SegmentNo, ExtractionWork.ToBeWritten);

    /// <summary>It reads a log, under no snapshot.</summary>
    public static bool IsRollback(BehaviorContext<SyncJob, SegmentLost> context) => context.Saga.Kind == JobKind.Rollback;

    public static Task<bool> WasPlannedTooOften(BehaviorContext<SyncJob, SnapshotLost> context) =>
        ExtractionWork.IsPlannedTooOftenAsync(context.Db(), context.Saga, context.Message.ObjectNo, context.Options().Replans);

    public static Task<bool> WasPlannedTooOften(BehaviorContext<SyncJob, SegmentLost> context) =>
        ExtractionWork.IsPlannedTooOftenAsync(context.Db(), context.Saga, context.Message.ObjectNo, context.Options().Replans);

    public static Task<bool> IsAwaited(BehaviorContext<SyncJob, StepFailed> context) =>
        FailureWork.IsAwaitedAsync(context.Db(), context.Saga, context.Message);

    public static Task<bool> CanBeRetried(BehaviorContext<SyncJob, StepFailed> context) =>
        FailureWork.CanBeRetriedAsync(context.Db(), context.Saga, context.Message, context.Options());

    public static bool IsPausing(BehaviorContext<SyncJob, PauseJob> context) => context.Saga.Intent == StopIntent.Pause;

    public static bool IsPausingToCancel(BehaviorContext<SyncJob, PauseJob> context) => context.Saga.Intent == StopIntent.Cancel;

    public static bool IsFailing(BehaviorContext<SyncJob, PauseJob> context) => context.Saga.Intent == StopIntent.Fail;

    /// <summary>A graceful stop beyond its deadline, of a pipeline whose file says that it goes on by force then.</summary>
    public static bool MustEscalate(BehaviorContext<SyncJob, JobDeadlineElapsed> context) =>
        IsDue(context) && context.Saga is { Escalates: true, Phase: JobPhase.Stopping, Mode: not CancelMode.Force };

    public static bool MustAlert(BehaviorContext<SyncJob, JobDeadlineElapsed> context) => IsDue(context) && !MustEscalate(context);

    /// <summary>The move that nobody waited for any more was made after all.</summary>
    public static bool ConfirmsAbandoned(BehaviorContext<SyncJob, FenceMoved> context) =>
        context.Message.Epoch == context.Saga.Epoch && !context.Message.Open && context.Saga.StopUnconfirmed;

    static bool Was(BehaviorContext<SyncJob, ResumeJob> context, string state) => context.Saga.ResumeTo == state && !IsOutdated(context);

    // Meanwhile it may have moved. The watch goes by the database's clock, which this one only follows.
    static bool IsDue(BehaviorContext<SyncJob, JobDeadlineElapsed> context) =>
        context.Message.Epoch == context.Saga.Epoch && context.Saga.DeadlineAt <= context.Now() + ClockSlack;

    static bool Confirms(BehaviorContext<SyncJob, FenceMoved> context, StopIntent intent) =>
        context.Message.Epoch == context.Saga.Epoch && !context.Message.Open && context.Saga.Intent == intent;
}
