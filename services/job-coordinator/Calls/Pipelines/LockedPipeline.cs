using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>A pipeline whose row is locked: no run starts of it, and no other command changes it, until the transaction ends.</summary>
sealed record LockedPipeline(Guid Id, string FullName, string State)
{
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND: it was deleted since it was found.</exception>
    public static async Task<LockedPipeline> LockAsync(NpgsqlConnection connection, PipelineRecord found, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select state from coordinator.pipeline where pipeline_id = $1 and deleted_at is null for update", connection);
        command.Parameters.AddWithValue(found.Id);
        return await command.ExecuteScalarAsync(cancellationToken) is string state
            ? new LockedPipeline(found.Id, $"{found.Project}/{found.Name}", state)
            : throw CallErrors.NotFound($"There is no pipeline {found.Project}/{found.Name}.");
    }

    /// <summary>Sets columns of the row.</summary>
    public async Task SetAsync(NpgsqlConnection connection, string assignments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"update coordinator.pipeline set {assignments}, updated_at = now() where pipeline_id = $1", connection);
        command.Parameters.AddWithValue(Id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
