using Headgate.Contracts.Comparing;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Between the last staged segment and launch.</summary>
static class Judging
{
    /// <summary>Everything is staged, and nothing is written yet.</summary>
    public static EventActivityBinder<SyncJob, T> BeginJudging<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => context.Saga.Phase = JobPhase.Judging);

    public static EventActivityBinder<SyncJob, RecordsCompared> RecordFindings(this EventActivityBinder<SyncJob, RecordsCompared> binder) =>
        binder.ThenAsync(context =>
        {
            (context.Saga.Tries, context.Saga.WaitingFor) = (0, null);
            return FindingWork.RecordAsync(context.Db(), context.Saga, context.Message);
        });

    /// <summary>What was staged is lost before anything was launched: an object of it is read again.</summary>
    public static EventActivityBinder<SyncJob, T> ReadOn<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => context.Saga.Phase = JobPhase.Extracting);
}
