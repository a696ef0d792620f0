using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs.Work;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs.Verbs;

/// <summary>Begin, resume, begin again.</summary>
static class Beginning
{
    public static EventActivityBinder<SyncJob, T> Begin<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            job.StartedAt ??= context.Now();
            job.Phase = JobPhase.Extracting;
            RunningTime.Begin(job, context.Now());
            await BeginAsync(context);
        });

    /// <summary>Goes on in the state the job is resumed to, with what was not processed.</summary>
    public static EventActivityBinder<SyncJob, T> Resume<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            ClearStop(context);
            job.Phase = job.ResumeTo switch
            {
                nameof(SyncJobStateMachine.Initializing) => JobPhase.Extracting,
                nameof(SyncJobStateMachine.Processing) => JobPhase.Launching,
                nameof(SyncJobStateMachine.Collecting) => JobPhase.Verifying,
                _ => JobPhase.None,
            };
            if (job.Phase != JobPhase.None) RunningTime.Begin(job, context.Now());
            var passes = context.Message is ResumeJob { PassGuards: true };
            if (context.Message is ResumeJob { ConfirmedFullLoad: true }) job.ConfirmedFullLoad = true;
            await GuardWork.GoOnAsync(context.Db(), job, passes, job.StopActor!, job.StopReason, context.Now(), context.CancellationToken);
            await LoadingWork.ReturnInHandAsync(context.Db(), job);
            // A rollback reads under no snapshot: what was planned of it stands, and parts of it may be undone already.
            if (job.Kind != JobKind.Rollback) await ExtractionWork.PlanUnfinishedAnewAsync(context.Db(), job);
            await ExtractionWork.ForgetReplansAsync(context.Db(), job);
            await BlockedWork.ForgetAsync(context.Db(), job);
            // Nobody would tell of a last segment any more.
            if (job.Phase == JobPhase.Extracting && await ExtractionWork.IsCompleteAsync(context.Db(), job)) job.Phase = JobPhase.Judging;
            await ResyncWork.GoOnAsync(context.Db(), job);
        });

    public static EventActivityBinder<SyncJob, T> Restart<T>(this EventActivityBinder<SyncJob, T> binder)
        where T : class =>
        binder.ThenAsync(async context =>
        {
            var job = context.Saga;
            ClearStop(context);
            context.OweRelease(staging: true);
            await LoadingWork.KeepAttemptAsync(context.Db(), job);
            job.Attempt++;
            job.Phase = JobPhase.Extracting;
            (job.ResumeTo, job.DeferredMark, job.Estimated, job.StartedAt) = (null, null, null, job.StartedAt ?? context.Now());
            await PipelineWork.ClaimAsync(context.Db(), job);
            await ResyncWork.GoOnAsync(context.Db(), job);
            (job.Extracted, job.Written, job.Inserted, job.Updated, job.Unchanged, job.Rejected) = (0, 0, 0, 0, 0, 0);
            (job.Deleted, job.Vanished, job.Missing, job.InDoubt) = (0, 0, 0, 0);
            GuardWork.StartOver(job);
            RunningTime.StartOver(job);
            RunningTime.Begin(job, context.Now());
            await BeginAsync(context);
            await ExtractionWork.StartOverAsync(context.Db(), job);
        });

    // What a stop goes by stands in the job's row: a stop asks for nothing more than that.
    static async Task BeginAsync(BehaviorContext<SyncJob> context)
    {
        var pipeline = await PipelineWork.DefinitionAsync(context.Db(), context.Saga);
        (context.Saga.DrainDeadline, context.Saga.Escalates) = (pipeline.Cancel.DrainDeadline, pipeline.Cancel.Escalate);
        await ExtractionWork.BeginAsync(context.Db(), context.Saga, pipeline);
    }

    static void ClearStop<T>(BehaviorContext<SyncJob, T> context)
        where T : class
    {
        context.RememberState();
        var job = context.Saga;
        job.Epoch++;
        (job.StopActor, job.StopReason) = Answering.Origin(context.Message);
        (job.Intent, job.Mode, job.StopRequestedAt, job.StopConfirmedAt, job.StopCause) = (null, null, null, null, null);
        (job.Error, job.ErrorCode, job.WaitingFor, job.FenceCounts, job.Tries) = (null, null, null, null, 0);
    }
}
