using Grpc.AspNetCore.Server;
using Grpc.HealthCheck;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.JobCoordinator.Calls.Pipelines;
using Headgate.JobCoordinator.Calls.Repairs;
using Headgate.JobCoordinator.Relaying;
using Headgate.Rpc;
using Headgate.Rpc.Interception;
using Headgate.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.JobCoordinator.Calls;

/// <summary>The calls that the coordinator answers.</summary>
public static class CallRegistration
{
    // Pipeline files have 4 MiB, which with their names and all else is more than gRPC takes by itself.
    const int MostBytes = 6 * 1024 * 1024;

    static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// All services behind keys, health and reflection. Interceptors, from outside to inside: logs and metrics, which see refused calls too;
    /// access; the audit trail; what is not there yet; mapped errors, so that the trail has what callers are told.
    /// </summary>
    public static void AddCoordinatorCalls(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRpc();
        // A statement that is refused is our fault, and logged as what it is.
        services.Configure<ErrorMap>(map => map.Map<NpgsqlException>(
            error => error is PostgresException { IsTransient: false } ? null : CallErrors.Unavailable("The state database does not answer.")));
        builder.AddCoordinatorAccess();
        services.Configure<GrpcServiceOptions>(options =>
        {
            options.MaxReceiveMessageSize = MostBytes;
            options.Interceptors.Add<NotYetInterceptor>();
        });
        services.AddPipelineCommands();
        services.AddJobCommanding();
        services.AddRepairCalls();
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health =>
        {
            // What is not there yet has a status that no check tells.
            health.UseHealthChecksCache = true;
            foreach (var served in (ReadOnlySpan<string>)
                ["", PipelineService.Descriptor.FullName, JobService.Descriptor.FullName, RecordService.Descriptor.FullName, AccessService.Descriptor.FullName])
                health.Services.Map(served, check => check.Tags.Contains("ready"));
        });
        services.Configure<HealthCheckPublisherOptions>(publisher => (publisher.Delay, publisher.Period) = (TimeSpan.Zero, HealthPeriod));
    }

    /// <summary>Of an application with <see cref="AddCoordinatorCalls"/>.</summary>
    public static void MapCoordinatorCalls(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<JobCalls>();
        routes.MapGrpcService<PipelineCalls>();
        routes.MapGrpcService<RecordCalls>();
        routes.MapGrpcService<RelayCalls>();
        routes.MapCoordinatorAccess();
        routes.MapGrpcReflectionService();
        routes.MapGrpcHealthChecksService();
        var health = routes.ServiceProvider.GetRequiredService<HealthServiceImpl>();
        foreach (var missing in NotYet.Methods) health.SetStatus(missing, ServingStatus.NotServing);
    }
}
