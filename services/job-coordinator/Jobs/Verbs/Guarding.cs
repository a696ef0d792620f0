using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>What guards say of a job, and what they do to it: every one of them looks through here, and stops through here.</summary>
static class Guarding
{
    /// <summary>Before anything is read; of an object that is planned anew after launch, before it is.</summary>
    public static EventActivityBinder<SyncJob, JobPrepared> JudgePlan(this EventActivityBinder<SyncJob, JobPrepared> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!context.Saga.Kind.MovesOffsets() || context.Message.Objects.Count == 0) return;
            var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
            var judged = await GuardWork.JudgePlanAsync(
                context.Db(), context.Saga, context.Message.Objects, guards, context.Now(), context.CancellationToken);
            await ConcludeAsync(context, judged, guards);
        });

    /// <summary>While it is read: what is far too many is not read to its end.</summary>
    public static EventActivityBinder<SyncJob, SegmentExtracted> JudgeCount(this EventActivityBinder<SyncJob, SegmentExtracted> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!GuardWork.MayBeTooMuch(context.Saga)) return;
            var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
            var judged = await GuardWork.JudgeCountAsync(context.Db(), context.Saga, context.Message.ObjectNo, guards, context.CancellationToken);
            // What passes so far is judged once more when all is there.
            if (judged.Count > 0) await ConcludeAsync(context, judged, guards);
        });

    /// <summary>Once all is staged, and nothing is written.</summary>
    public static EventActivityBinder<SyncJob, JudgeJob> Judge(this EventActivityBinder<SyncJob, JudgeJob> binder) =>
        binder.ThenAsync(async context =>
        {
            var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
            await ConcludeAsync(context, await GuardWork.JudgeStagedAsync(context.Db(), context.Saga, guards, context.CancellationToken), guards);
        });

    /// <summary>The sample could not be compared, however often it was tried: what guards would say of it nobody knows, and the job goes on without.</summary>
    public static EventActivityBinder<SyncJob, StepFailed> GoOnWithoutSample(this EventActivityBinder<SyncJob, StepFailed> binder) =>
        binder.ThenAsync(async context =>
        {
            (context.Saga.Tries, context.Saga.WaitingFor) = (0, null);
            var lacking = await GuardWork.ToCompareAsync(context.Db(), context.Saga, int.MaxValue, context.CancellationToken);
            await FindingWork.RecordAsync(context.Db(), context.Saga, new RecordsCompared
            {
                JobId = context.Saga.CorrelationId,
                Epoch = context.Saga.Epoch,
                Objects = [.. lacking.Select(no => new ObjectFindings
                {
                    ObjectNo = no, Rows = 0, Inserts = 0, Updates = 0, Unchanged = 0, Rejected = 0, DestinationRows = -1, Fields = [],
                    RejectsUnknown = context.Message.Problem.Sentence, Failure = context.Message.Problem.Sentence,
                })],
            });
        });

    /// <summary>While records are written.</summary>
    public static EventActivityBinder<SyncJob, JobProgressed> JudgeRejects(this EventActivityBinder<SyncJob, JobProgressed> binder) =>
        binder.ThenAsync(context => JudgeRejectsAsync(
            context, [.. context.Message.Segments.Select(segment => new RejectsSeen(segment.ObjectNo, segment.RejectPeak, Records: null))]));

    /// <summary>The same of a segment that is over, with how many records it had.</summary>
    public static EventActivityBinder<SyncJob, SegmentLoaded> JudgeRejects(this EventActivityBinder<SyncJob, SegmentLoaded> binder) =>
        binder.ThenAsync(context => JudgeRejectsAsync(
            context, [new RejectsSeen(context.Message.ObjectNo, context.Message.RejectPeak, context.Message.Counts.Written)]));

    /// <summary>When the time has come to look at how long it takes.</summary>
    public static EventActivityBinder<SyncJob, GuardDue> JudgeTime(this EventActivityBinder<SyncJob, GuardDue> binder) =>
        binder.ThenAsync(async context =>
        {
            var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
            var judged = await GuardWork.JudgeTimeAsync(context.Db(), context.Saga, guards, context.Now(), context.CancellationToken);
            // Runs of other kinds are none of those that it is compared with.
            if (context.Saga.Kind.MovesOffsets()) await ConcludeAsync(context, judged, guards);
            else context.Saga.GuardsDueAt = null;
        });

    /// <summary>
    /// Stops the job before launch, until somebody has looked. Its fence is not open, so that nothing of it can be under way at the destination:
    /// there is nothing to wait for.
    /// </summary>
    public static EventActivityBinder<SyncJob, T> Hold<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            var job = context.Saga;
            Request(context, StopIntent.Pause, mode: null, nameof(SyncJobStateMachine.Paused));
            StopWork.Begin(context.Db(), job, atOnce: true);
            (job.StopConfirmedAt, job.Phase, job.WakeAt) = (job.StopRequestedAt, JobPhase.None, null);
            Deadlines.Clear(job);
        });

    /// <summary>Batches in flight commit, and nothing new starts; a cancel comes after that.</summary>
    public static EventActivityBinder<SyncJob, T> PauseByGuard<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            var isCancel = Verdict(context)?.Action == GuardAction.Cancel;
            Request(context, isCancel ? StopIntent.Cancel : StopIntent.Pause, isCancel ? CancelMode.Graceful : null, nameof(SyncJobStateMachine.Pausing));
            AskFence(context);
        });

    /// <summary>Before launch, or by force after it.</summary>
    public static EventActivityBinder<SyncJob, T> CancelByGuard<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            var mode = Verdict(context)?.Action == GuardAction.Force ? CancelMode.Force : CancelMode.Graceful;
            Request(context, StopIntent.Cancel, mode, nameof(SyncJobStateMachine.Canceling));
            AskFence(context);
        });

    /// <summary>What guards want of the job in this message; null: nothing.</summary>
    public static GuardVerdict? Verdict(BehaviorContext<SyncJob> context) => context.TryGetPayload<GuardVerdict>(out var verdict) ? verdict : null;

    static async Task ConcludeAsync(BehaviorContext<SyncJob> context, IReadOnlyList<Judgement> judged, GuardsDefinition guards)
    {
        var open = await GuardWork.RecordAsync(context.Db(), context.Saga, judged, guards, context.Now(), context.CancellationToken);
        var becomes = open.Select(trip => trip.Action).DefaultIfEmpty().Max();
        foreach (var trip in open.Where(trip => trip.IsNews))
            await context.OweNoticeAsync((job, at, notify) => Notices.GuardTripped(job, at, trip, becomes, notify));
        // Where the message is tried again, what was found in the first try is of no account.
        var verdict = open.MaxBy(trip => trip.Action) is { } strictest
            ? new GuardVerdict(strictest.Action, $"Guard {strictest.Name}: {strictest.Sentence}") : GuardVerdict.Nothing;
        context.AddOrUpdatePayload(() => verdict, _ => verdict);
    }

    static async Task JudgeRejectsAsync(BehaviorContext<SyncJob> context, IReadOnlyList<RejectsSeen> seen)
    {
        // What a rollback leaves alone is no fault of its records.
        if (context.Saga.Kind == JobKind.Rollback || seen.All(each => each.Peak == 0)) return;
        var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
        var judged = await GuardWork.JudgeRejectsAsync(context.Db(), context.Saga, seen, guards);
        if (judged.Count > 0) await ConcludeAsync(context, judged, guards);
    }

    // An attempt before it may have been launched.
    static string NothingWritten(SyncJob job) => job.RequestId is null ? "nothing was written" : "nothing of this attempt was written";

    static void AskFence(BehaviorContext<SyncJob> context)
    {
        StopWork.Begin(context.Db(), context.Saga, atOnce: false);
        Deadlines.OfStop(context.Saga);
        context.Saga.Phase = JobPhase.Stopping;
    }

    static void Request(BehaviorContext<SyncJob> context, StopIntent intent, CancelMode? mode, string next)
    {
        var (job, now) = (context.Saga, context.Now());
        RunningTime.End(job, now);
        job.Epoch++;
        (job.Tries, job.WaitingFor, job.StopConfirmedAt, job.StopDoubtedAt) = (0, null, null, null);
        (job.ResumeTo, job.Intent, job.Mode) = (job.CurrentState, intent, mode);
        (job.StopActor, job.StopReason, job.StopRequestedAt, job.StopCause) = ("headgate", Verdict(context)?.Reason, now, StopCause.Guard);
        context.Db().JobCommands.Add(new JobCommand
        {
            JobId = job.CorrelationId,
            Command = nameof(GuardTripped),
            Operation = (intent == StopIntent.Pause ? Operation.PauseJob : mode == CancelMode.Force ? Operation.ForceCancelJob : Operation.CancelJob).ToString(),
            Actor = job.StopActor,
            Reason = job.StopReason,
            MessageId = context.MessageId,
            StateBefore = job.CurrentState,
            StateAfter = next,
            Outcome = CommandOutcome.Accepted,
            Sentence = next switch
            {
                nameof(SyncJobStateMachine.Paused) => $"Held before launch: {NothingWritten(job)}.",
                nameof(SyncJobStateMachine.Pausing) => "Pausing: batches in flight commit, nothing new starts.",
                _ when job.CurrentState == nameof(SyncJobStateMachine.Initializing) => $"Canceling before launch: {NothingWritten(job)}.",
                _ => "Canceling by force: batches in flight are rolled back.",
            },
            At = now,
        });
    }
}
