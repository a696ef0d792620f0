using Headgate.Contracts.Loading;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>What comes after the last segment and before the fence is moved on.</summary>
static class Finishing
{
    /// <summary>Everything is written: the rest is done at the destination, in the epoch in which it was written.</summary>
    public static EventActivityBinder<SyncJob, T> FinishObjects<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context =>
        {
            RunningTime.EndLoading(context.Saga, context.Now());
            context.Saga.Phase = JobPhase.Finishing;
        });

    public static EventActivityBinder<SyncJob, ObjectsFinished> RecordFinished(this EventActivityBinder<SyncJob, ObjectsFinished> binder) =>
        binder.ThenAsync(context =>
        {
            (context.Saga.Tries, context.Saga.WaitingFor) = (0, null);
            return FinishingWork.RecordAsync(context.Db(), context.Saga, context.Message);
        });
}
