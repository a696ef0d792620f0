using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;

namespace Headgate.JobCoordinator.Calls;

sealed partial class PipelineCalls
{
    public override Task<V1.GetPipelineResponse> GetPipeline(V1.GetPipelineRequest request, ServerCallContext context) =>
        reads.GetAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.ListPipelinesResponse> ListPipelines(V1.ListPipelinesRequest request, ServerCallContext context) =>
        reads.ListAsync(request, context.Caller().Project, context.CancellationToken);

    public override Task<V1.ListUpstreamEventsResponse> ListUpstreamEvents(V1.ListUpstreamEventsRequest request, ServerCallContext context) =>
        events.ListAsync(request, context.Caller(), context.CancellationToken);
}
