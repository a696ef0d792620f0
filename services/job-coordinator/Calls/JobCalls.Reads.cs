using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;

namespace Headgate.JobCoordinator.Calls;

sealed partial class JobCalls
{
    public override Task<V1.GetJobResponse> GetJob(V1.GetJobRequest request, ServerCallContext context) =>
        reads.GetAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.ListJobsResponse> ListJobs(V1.ListJobsRequest request, ServerCallContext context) =>
        reads.ListAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.GetStopsResponse> GetStops(V1.GetStopsRequest request, ServerCallContext context) =>
        stops.GetAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.GetRecoveryResponse> GetRecovery(V1.GetRecoveryRequest request, ServerCallContext context) =>
        recovery.GetAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task WatchJob(V1.WatchJobRequest request, IServerStreamWriter<V1.WatchJobResponse> responseStream, ServerCallContext context) =>
        watches.WatchAsync(request, context.Caller().Project, responseStream, context.CancellationToken);

    public override Task WatchJobs(V1.WatchJobsRequest request, IServerStreamWriter<V1.WatchJobsResponse> responseStream, ServerCallContext context) =>
        watches.WatchAsync(request, context.Caller().Project, responseStream, context.CancellationToken);
}
