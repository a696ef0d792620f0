namespace Headgate.JobCoordinator.Calls;

/// <summary>Which services the coordinator answers.</summary>
public static class CallEndpoints
{
    /// <summary>Of an application with gRPC.</summary>
    public static void MapCoordinatorCalls(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<JobCalls>();
        endpoints.MapGrpcService<PipelineCalls>();
    }
}
