using Headgate.Contracts.Jobs;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>A new job's row. It is born Pending: the database knows no state before that.</summary>
static class JobBirth
{
    public static SyncJob Of(AcceptJob accepted) => new()
    {
        CorrelationId = accepted.JobId,
        CurrentState = nameof(SyncJobStateMachine.Pending),
        JobNo = accepted.JobNo,
        PipelineId = accepted.PipelineId,
        PipelineVersion = accepted.PipelineVersion,
        Project = accepted.Project,
        Pipeline = accepted.Pipeline,
        Kind = accepted.Kind,
        Trigger = accepted.Trigger,
        TriggerDetail = accepted.TriggerDetail,
        Actor = accepted.Actor,
        TriggerReason = accepted.Reason,
        DropAndLoad = accepted.DropAndLoad,
        PredecessorId = accepted.PredecessorId,
        CreatedAt = accepted.At,
    };
}
