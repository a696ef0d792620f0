using Headgate.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headgate.JobCoordinator.Database;

/// <summary>Whether the coordinator's database answers.</summary>
sealed class CoordinatorHealthCheck(CoordinatorState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        new StateHealthCheck(state.Source).CheckHealthAsync(context, cancellationToken);
}
