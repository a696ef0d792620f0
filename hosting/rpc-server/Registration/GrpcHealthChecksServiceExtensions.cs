using Grpc.AspNetCore.HealthChecks;
using Headgate.Rpc.Server.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds gRPC's health checking. Named as in Grpc.AspNetCore.HealthChecks.</summary>
public static class GrpcHealthChecksServiceExtensions
{
    /// <summary>Check runs ASP.NET Core's health checks; Watch tells what they find when they are published (HealthCheckPublisherOptions).</summary>
    public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions>? configure = null)
    {
        if (configure is not null) services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(ServiceHealth))) return services.AddHealthChecks();
        services.AddSingleton<ServiceHealth>();
        services.AddSingleton<IHealthCheckPublisher>(provider => provider.GetRequiredService<ServiceHealth>());
        return services.AddHealthChecks();
    }
}
