using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Ends, good and bad.</summary>
static class Ending
{
    /// <summary>A final state: the event of it is owed, what the job holds is released, and the run that waits for it starts.</summary>
    public static EventActivityBinder<SyncJob, T> Finish<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            job.FinishedAt = context.Now();
            (job.Phase, job.WakeAt, job.WaitingFor) = (JobPhase.None, null, null);
            Deadlines.Clear(job);
            RunningTime.End(job, context.Now());
            await OweEndAsync(context);
            context.OweRelease(staging: true);
            if (job.CurrentState == nameof(SyncJobStateMachine.Completed) && job.Kind.MovesOffsets()) await PipelineWork.CountSuccessAsync(context.Db(), job);
            if (await SuccessionWork.FollowAsync(context.Db(), job, context.Now()) is { } next) context.Owe(next.JobId, next, Hosting.Bus.Lanes.JobCommands);
            await TaskWork.FollowAsync(context);
        });

    // Of a cancel before launch somebody is told as the pipeline's file says, of one after it nobody is.
    static async Task OweEndAsync(BehaviorContext<SyncJob> context)
    {
        var isBeforeLaunch = context.Saga is { CurrentState: nameof(SyncJobStateMachine.Canceled), RequestId: null };
        if (isBeforeLaunch) await context.OweNoticeAsync(Notices.ExtractionCanceled);
        else context.Owe(Notices.Ended(context.Saga, context.Now()), lane: null);
    }

    /// <summary>An error that is not retried. A job that can write is stopped by the fence before it is shown as Failed.</summary>
    public static EventActivityBinder<SyncJob, StepFailed> Fail(this EventActivityBinder<SyncJob, StepFailed> binder) =>
        binder.Then(context => FailWith(context, context.Message.Problem));

    /// <summary>An object cannot be read under one snapshot, however often it is tried.</summary>
    public static EventActivityBinder<SyncJob, T> GiveUpReading<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => FailWith(context, new Problem
        {
            Code = "read-too-often",
            Sentence = "An object's snapshot or staged records were lost again and again; is the staging directory one and the same for all workers?",
            Retryable = false,
        }));

    /// <summary>Records that waited for others in vain are rejects like any other; no batch could count them before the rounds were over.</summary>
    public static EventActivityBinder<SyncJob, T> RefuseRejects<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context => FailWith(context, new Problem
        {
            Code = "too-many-rejects",
            Sentence = $"The job has more rejected records than its limit of {(await PipelineWork.LoadOptionsAsync(context.Db(), context.Saga)).MaxRejects}: "
                + "records that stand in their way are still at the destination, or those that they refer to are not.",
            Retryable = false,
        }));

    /// <summary>No object of the job fits any more what it works on.</summary>
    public static EventActivityBinder<SyncJob, T> FailBlocked<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context => FailWith(context, await BlockedWork.ProblemAsync(context.Db(), context.Saga)));

    static void FailWith(BehaviorContext<SyncJob> context, Problem problem)
    {
        var job = context.Saga;
        RunningTime.End(job, context.Now());
        job.Epoch++;
        (job.Error, job.ErrorCode, job.WaitingFor) = (problem.Sentence, problem.Code, null);
        job.ResumeTo = job.CurrentState;
        job.Intent = StopIntent.Fail;
        (job.StopActor, job.StopReason, job.StopRequestedAt, job.StopCause) = ("headgate", problem.Sentence, context.Now(), StopCause.Error);
        job.StopDoubtedAt = null;
        var canWrite = job.CurrentState == nameof(SyncJobStateMachine.Processing);
        StopWork.Begin(context.Db(), job, atOnce: !canWrite);
        if (canWrite) Deadlines.OfStop(job);
        else Deadlines.Clear(job);
        job.Phase = canWrite ? JobPhase.Stopping : JobPhase.None;
        job.WakeAt = null;
    }

    public static EventActivityBinder<SyncJob, StepFailed> TryLater(this EventActivityBinder<SyncJob, StepFailed> binder) =>
        binder.ThenAsync(async context =>
        {
            var delay = await FailureWork.DelayAsync(context.Db(), context.Saga, context.Message);
            context.Saga.WaitingFor = context.Message.Problem.Sentence;
            context.Saga.WakeAt = context.Now() + delay;
        });

    public static EventActivityBinder<SyncJob, T> CountFailure<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            if (context.Saga.Kind.MovesOffsets()) await PipelineWork.CountFailureAsync(context.Db(), context.Saga);
            await ResyncWork.FailAsync(context.Db(), context.Saga);
        });
}
