using Grpc.AspNetCore.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.Rpc.Server.Health;

/// <summary>The health of services, as ASP.NET Core's checks last found it.</summary>
sealed class ServiceHealth(HealthCheckService checks, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    TaskCompletionSource<HealthReport> next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Knows(string service) => options.Value.Services.Find(service) is not null;

    /// <summary>Runs the checks.</summary>
    public async Task<ServingStatus> CheckAsync(string service, CancellationToken cancellationToken)
    {
        if (options.Value.Services.Find(service) is not { } predicate) return ServingStatus.ServiceUnknown;
        return Of(await checks.CheckHealthAsync(check => predicate(new HealthCheckMapContext(check.Name, check.Tags)), cancellationToken));
    }

    /// <summary>The next time that the checks are run by themselves. Taken before asking, no change is missed.</summary>
    public Task<HealthReport> NextAsync() => Volatile.Read(ref next).Task;

    public ServingStatus StatusOf(string service, HealthReport report)
    {
        if (options.Value.Services.Find(service) is not { } predicate) return ServingStatus.ServiceUnknown;
        var counted = report.Entries.Where(entry => predicate(new HealthCheckMapContext(entry.Key, entry.Value.Tags)));
        return Of(new HealthReport(counted.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal), report.TotalDuration));
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(report);
        return Task.CompletedTask;
    }

    static ServingStatus Of(HealthReport report) =>
        report.Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving;
}
