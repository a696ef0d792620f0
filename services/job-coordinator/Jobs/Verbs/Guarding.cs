using Headgate.Contracts.Extraction;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>What guards say of a job, and what they do to it: every one of them looks through here, and stops through here.</summary>
static class Guarding
{
    /// <summary>Before anything is read.</summary>
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
            var judged = await GuardWork.JudgeCountsAsync(context.Db(), context.Saga, context.Message.ObjectNo, guards, context.CancellationToken);
            // What passes so far is judged once more when all is there.
            if (judged.Any(each => each.Outcome == JudgementOutcome.Tripped)) await ConcludeAsync(context, judged, guards);
        });

    /// <summary>Once all is staged, and nothing is written.</summary>
    public static EventActivityBinder<SyncJob, JudgeJob> Judge(this EventActivityBinder<SyncJob, JudgeJob> binder) =>
        binder.ThenAsync(async context =>
        {
            if (!context.Saga.Kind.MovesOffsets()) return;
            var guards = await GuardWork.DefinitionAsync(context.Db(), context.Saga);
            var judged = await GuardWork.JudgeCountsAsync(context.Db(), context.Saga, objectNo: null, guards, context.CancellationToken);
            await ConcludeAsync(context, judged, guards);
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

    /// <summary>Asks the fence for the stop that a guard wants.</summary>
    public static EventActivityBinder<SyncJob, T> CancelByGuard<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            var mode = Verdict(context)?.Action == GuardAction.Force ? CancelMode.Force : CancelMode.Graceful;
            Request(context, StopIntent.Cancel, mode, nameof(SyncJobStateMachine.Canceling));
            StopWork.Begin(context.Db(), context.Saga, atOnce: false);
            Deadlines.OfStop(context.Saga);
            context.Saga.Phase = JobPhase.Stopping;
        });

    /// <summary>What guards want of the job in this message; null: nothing.</summary>
    public static GuardVerdict? Verdict(BehaviorContext<SyncJob> context) => context.TryGetPayload<GuardVerdict>(out var verdict) ? verdict : null;

    static async Task ConcludeAsync(BehaviorContext<SyncJob> context, IReadOnlyList<Judgement> judged, GuardsDefinition guards)
    {
        var open = await GuardWork.RecordAsync(context.Db(), context.Saga, judged, guards, context.Now(), context.CancellationToken);
        foreach (var trip in open.Where(trip => trip.IsNews))
            await context.OweNoticeAsync((job, at, notify) => Notices.GuardTripped(job, at, trip, notify));
        if (open.MaxBy(trip => trip.Action) is { Action: not GuardAction.Notify } strictest)
            context.GetOrAddPayload(() => new GuardVerdict(strictest.Action, $"Guard {strictest.Name}: {strictest.Sentence}"));
    }

    static void Request(BehaviorContext<SyncJob> context, StopIntent intent, CancelMode? mode, string next)
    {
        var (job, now) = (context.Saga, context.Now());
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
            Sentence = intent == StopIntent.Pause ? "Held before launch: nothing was written." : "Canceling before launch: nothing was written.",
            At = now,
        });
    }
}
