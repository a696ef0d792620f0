using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Ends, good and bad.</summary>
static class Ending
{
    /// <summary>A final state: the event of it is owed, and what the job holds is released.</summary>
    public static EventActivityBinder<SyncJob, T> Finish<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            job.FinishedAt = context.Now();
            job.Phase = JobPhase.None;
            job.WakeAt = null;
            context.Owe(Notices.Ended(job, context.Now()), lane: null);
            context.OweRelease(staging: true);
            if (job.CurrentState == nameof(SyncJobStateMachine.Completed)) await PipelineWork.CountSuccessAsync(context.Db(), job);
        });

    /// <summary>An error that is not retried. A job that can write is stopped by the fence before it is shown as Failed.</summary>
    public static EventActivityBinder<SyncJob, StepFailed> Fail(this EventActivityBinder<SyncJob, StepFailed> binder) =>
        binder.Then(context =>
        {
            var (job, problem) = (context.Saga, context.Message.Problem);
            job.Epoch++;
            (job.Error, job.ErrorCode) = (problem.Sentence, problem.Code);
            job.ResumeTo = job.CurrentState;
            job.Intent = StopIntent.Fail;
            (job.StopActor, job.StopReason, job.StopRequestedAt) = ("headgate", problem.Sentence, context.Now());
            var canWrite = job.CurrentState == nameof(SyncJobStateMachine.Processing);
            job.Phase = canWrite ? JobPhase.Stopping : JobPhase.None;
            job.WakeAt = null;
        });

    public static EventActivityBinder<SyncJob, StepFailed> TryLater(this EventActivityBinder<SyncJob, StepFailed> binder) =>
        binder.ThenAsync(async context =>
        {
            var delay = await FailureWork.DelayAsync(context.Db(), context.Saga, context.Message);
            context.Saga.WaitingFor = context.Message.Problem.Sentence;
            context.Saga.WakeAt = context.Now() + delay;
        });

    public static EventActivityBinder<SyncJob, T> CountFailure<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(context => PipelineWork.CountFailureAsync(context.Db(), context.Saga));
}
