using Headgate.Contracts.Guards;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>The published events of a job's life.</summary>
static class Notices
{
    public static object Started(SyncJob job, DateTimeOffset at) => new JobStarted
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        PipelineId = job.PipelineId,
        Kind = job.Kind,
        Trigger = job.Trigger,
        TriggerDetail = job.TriggerDetail,
    };

    public static object Paused(SyncJob job, DateTimeOffset at) => new JobPaused
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        PipelineId = job.PipelineId,
        Kind = job.Kind,
        Trigger = job.Trigger,
        TriggerDetail = job.TriggerDetail,
        Actor = job.StopActor,
        Reason = job.StopReason,
        Counts = Counts(job),
    };

    public static object Resumed(SyncJob job, DateTimeOffset at) => new JobResumed
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        PipelineId = job.PipelineId,
        Kind = job.Kind,
        Trigger = job.Trigger,
        TriggerDetail = job.TriggerDetail,
        Actor = job.StopActor,
        Reason = job.StopReason,
    };

    public static object Failed(SyncJob job, DateTimeOffset at, NotifyDefinition? notify) => new JobFailed
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        PipelineId = job.PipelineId,
        Kind = job.Kind,
        Trigger = job.Trigger,
        TriggerDetail = job.TriggerDetail,
        Error = job.Error ?? "unknown",
        Counts = Counts(job),
        Notify = notify,
    };

    /// <summary>A stop beyond its deadline, or a run in which nothing moves.</summary>
    public static object DeadlinePassed(SyncJob job, DateTimeOffset at, DateTimeOffset deadline, bool escalated, NotifyDefinition notify)
    {
        var isStop = job.Phase == JobPhase.Stopping;
        return new JobDeadlinePassed
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
            State = job.CurrentState,
            Deadline = deadline,
            Waiting = job.WaitingFor ?? "",
            Escalated = escalated,
            Force = isStop && job.Mode == CancelMode.Force,
            Actor = isStop ? job.StopActor : null,
            Reason = isStop ? job.StopReason : null,
            Counts = Counts(job),
            Notify = notify,
        };
    }

    /// <summary>A stop of which nobody can tell whether it has taken effect.</summary>
    public static object Unconfirmed(SyncJob job, DateTimeOffset at, NotifyDefinition notify) => new StopUnconfirmed
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        State = job.CurrentState,
        Waiting = job.WaitingFor ?? "",
        Actor = job.StopActor,
        Reason = job.StopReason,
        Counts = Counts(job),
        Notify = notify,
    };

    /// <summary>A guard has tripped, and of all that have the strictest action is what becomes of the job.</summary>
    public static object GuardTripped(SyncJob job, DateTimeOffset at, GuardTripRow trip, GuardAction jobAction, NotifyDefinition? notify)
    {
        var advice = CancelAdvice.Of(trip.Cause, job.CurrentState, job.ResumeTo, job.RequestId is not null);
        return new GuardTripped
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            PipelineId = job.PipelineId,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
            Kind = job.Kind,
            Trigger = job.Trigger,
            TriggerDetail = job.TriggerDetail,
            Guard = trip.Guard,
            Action = trip.Action,
            JobAction = jobAction,
            State = job.CurrentState,
            Measure = trip.Measure,
            Observed = trip.Observed,
            Allowed = trip.Allowed,
            Object = trip.Object,
            Field = trip.Field,
            Sentence = trip.Sentence,
            RecommendedMode = advice.Mode,
            RecommendedWhy = advice.Sentence(),
            Counts = Counts(job),
            Notify = notify,
        };
    }

    /// <summary>Canceled before launch.</summary>
    public static object ExtractionCanceled(SyncJob job, DateTimeOffset at, NotifyDefinition? notify) => new ExtractionCanceled
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        PipelineId = job.PipelineId,
        Kind = job.Kind,
        Trigger = job.Trigger,
        TriggerDetail = job.TriggerDetail,
        Actor = job.StopActor,
        Reason = job.StopReason,
        Counts = Counts(job),
        Notify = notify,
    };

    /// <summary>Of a job that has ended, but not by a cancel before launch.</summary>
    public static object Ended(SyncJob job, DateTimeOffset at) => job.CurrentState switch
    {
        nameof(SyncJobStateMachine.Completed) => new JobCompleted
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
            PipelineId = job.PipelineId,
            Kind = job.Kind,
            Trigger = job.Trigger,
            TriggerDetail = job.TriggerDetail,
            Counts = Counts(job),
        },
        nameof(SyncJobStateMachine.Discarded) => new JobDiscarded
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
            PipelineId = job.PipelineId,
            Kind = job.Kind,
            Trigger = job.Trigger,
            TriggerDetail = job.TriggerDetail,
            Actor = job.StopActor,
            Reason = job.StopReason,
            Confirmed = !job.StopUnconfirmed,
            Counts = Counts(job),
        },
        _ => new JobCanceled
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
            PipelineId = job.PipelineId,
            Kind = job.Kind,
            Trigger = job.Trigger,
            TriggerDetail = job.TriggerDetail,
            Actor = job.StopActor,
            Reason = job.StopReason,
            Mode = job.Mode ?? CancelMode.Graceful,
            Counts = Counts(job),
        },
    };

    static RecordCounts Counts(SyncJob job) => new()
    {
        Extracted = job.Extracted,
        Written = job.Written,
        Inserted = job.Inserted,
        Updated = job.Updated,
        Unchanged = job.Unchanged,
        Rejected = job.Rejected,
        Deleted = job.Deleted,
        Vanished = job.Vanished,
        InDoubt = job.InDoubt,
    };
}
