using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

sealed partial class PipelineCalls
{
    public override Task<V1.GetPipelineResponse> GetPipeline(V1.GetPipelineRequest request, ServerCallContext context) =>
        reads.GetAsync(request, context.ScopeProject(), context.CancellationToken);

    public override Task<V1.ListPipelinesResponse> ListPipelines(V1.ListPipelinesRequest request, ServerCallContext context) =>
        reads.ListAsync(request, context.ScopeProject(), context.CancellationToken);
}
