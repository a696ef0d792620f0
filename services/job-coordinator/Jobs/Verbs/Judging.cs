using Headgate.Contracts.Comparing;
using Headgate.Contracts.Guards;
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

    /// <summary>
    /// What was staged is lost before anything was launched: an object of it is read again, and what is said of the lost records counts no more.
    /// </summary>
    public static EventActivityBinder<SyncJob, T> ReadOn<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.Then(context => (context.Saga.Phase, context.Saga.Epoch) = (JobPhase.Extracting, context.Saga.Epoch + 1));

    /// <summary>Guards have nothing against what was read anew after launch: it is written.</summary>
    public static EventActivityBinder<SyncJob, JudgeJob> LoadJudged(this EventActivityBinder<SyncJob, JudgeJob> binder) =>
        binder.ThenAsync(context => ExtractionWork.NoteJudgedAsync(context.Db(), context.Saga));
}
