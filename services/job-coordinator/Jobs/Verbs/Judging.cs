using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Between the last staged segment and launch.</summary>
static class Judging
{
    /// <summary>Everything is staged, and nothing is written yet.</summary>
    public static EventActivityBinder<SyncJob, T> BeginJudging<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => context.Saga.Phase = JobPhase.Judging);
}
