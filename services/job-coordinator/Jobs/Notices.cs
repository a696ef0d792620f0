using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;

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
    };

    public static object Paused(SyncJob job, DateTimeOffset at) => new JobPaused
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
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
        Actor = job.StopActor,
        Reason = job.StopReason,
    };

    public static object Failed(SyncJob job, DateTimeOffset at, NotifyDefinition notify) => new JobFailed
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        At = at,
        Attempt = job.Attempt,
        RequestId = job.RequestId,
        Error = job.Error ?? "unknown",
        Counts = Counts(job),
        Notify = notify,
    };

    /// <summary>Of a job that has ended: which event depends on the final state and on whether it was ever launched.</summary>
    public static object Ended(SyncJob job, DateTimeOffset at, NotifyDefinition notify) => job.CurrentState switch
    {
        nameof(SyncJobStateMachine.Completed) => new JobCompleted
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
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
            Actor = job.StopActor,
            Reason = job.StopReason,
            Confirmed = !job.StopUnconfirmed,
            Counts = Counts(job),
        },
        _ when job.RequestId is null => new ExtractionCanceled
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            Actor = job.StopActor,
            Reason = job.StopReason,
            Counts = Counts(job),
            Notify = notify,
        },
        _ => new JobCanceled
        {
            JobId = job.CorrelationId,
            Project = job.Project,
            Pipeline = job.Pipeline,
            At = at,
            Attempt = job.Attempt,
            RequestId = job.RequestId,
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
    };
}
