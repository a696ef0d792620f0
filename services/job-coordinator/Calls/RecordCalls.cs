using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls.Repairs;
using Headgate.JobCoordinator.Changes;
using Headgate.JobCoordinator.Diffs;
using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls;

/// <summary>What jobs have written. What a method does is in the class that it hands the call to.</summary>
sealed class RecordCalls(
    UsageReads usage, InDoubtReads doubts, ChangeReads changes, RejectReads rejects, DiffReads diffs, RollbackRequests rollbacks, ReplayRequests replays)
    : V1.RecordService.RecordServiceBase
{
    public override Task<V1.GetUsageResponse> GetUsage(V1.GetUsageRequest request, ServerCallContext context) =>
        usage.GetAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task ListChanges(
        V1.ListChangesRequest request, IServerStreamWriter<V1.ListChangesResponse> responseStream, ServerCallContext context) =>
        changes.ListAsync(request, context.Caller(), responseStream, context.CancellationToken);

    public override Task<V1.ListRejectedResponse> ListRejected(V1.ListRejectedRequest request, ServerCallContext context) =>
        rejects.ListAsync(request, context.Caller(), context.CancellationToken);

    public override Task DiffJob(
        V1.DiffJobRequest request, IServerStreamWriter<V1.DiffJobResponse> responseStream, ServerCallContext context) =>
        diffs.CompareAsync(request, context.Caller(), responseStream, context.CancellationToken);

    public override Task<V1.ListInDoubtResponse> ListInDoubt(V1.ListInDoubtRequest request, ServerCallContext context) =>
        doubts.ListAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.RollbackJobResponse> RollbackJob(V1.RollbackJobRequest request, ServerCallContext context) =>
        rollbacks.RollbackAsync(request, context);

    public override Task<V1.ReplayJobResponse> ReplayJob(V1.ReplayJobRequest request, ServerCallContext context) =>
        replays.ReplayAsync(request, context);
}
