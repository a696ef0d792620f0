using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Pipelines;

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
        OfJobId = accepted.Repair?.JobId,
        Scope = accepted.Repair is null ? null : JsonSerializer.Serialize(accepted.Repair, PipelineJson.Options),
        Sample = accepted.Sample is null ? null : JsonSerializer.Serialize(accepted.Sample, PipelineJson.Options),
        ConfirmedFullLoad = accepted.ConfirmedFullLoad,
    };
}
