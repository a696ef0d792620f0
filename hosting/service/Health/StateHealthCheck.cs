using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Headgate.Hosting.Health;

/// <summary>Whether the state database answers within two seconds.</summary>
public sealed class StateHealthCheck(NpgsqlDataSource state) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = state.CreateCommand("select 1");
            command.CommandTimeout = 2;
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException error)
        {
            return HealthCheckResult.Unhealthy($"The state database does not answer: {(error as PostgresException)?.SqlState ?? "no connection"}.");
        }
    }
}
