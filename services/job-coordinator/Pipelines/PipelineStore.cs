using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Pipelines and the versions of their files. A version never changes once it is written.</summary>
public sealed class PipelineStore(CoordinatorState state)
{
    /// <summary>A version of a pipeline's file.</summary>
    public async Task<PipelineDefinition> DefinitionAsync(Guid pipelineId, int version, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select definition::text from coordinator.pipeline_version where pipeline_id = $1 and version = $2");
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(version);
        var json = (string?)await command.ExecuteScalarAsync(cancellationToken);
        return JsonSerializer.Deserialize<PipelineDefinition>(json ?? throw new InvalidOperationException("No such version."), PipelineJson.Options)!;
    }

    /// <summary>Applies pipelines, all or none: each gets a new version if it differs from its last, nothing otherwise.</summary>
    /// <exception cref="TargetTakenException">Two pipelines would write the same table.</exception>
    public async Task<IReadOnlyList<AppliedPipeline>> ApplyAsync(
        IReadOnlyList<PipelineToApply> set, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await TargetClaims.LockAsync(connection, cancellationToken);
        var applied = new List<(AppliedPipeline Applied, PipelineToApply Pipeline)>();
        foreach (var pipeline in set)
            applied.Add((await AddVersionAsync(connection, pipeline, actor, cancellationToken), pipeline));
        await TargetClaims.ClaimAsync(connection, applied, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return [.. applied.Select(entry => entry.Applied)];
    }

    /// <summary>Makes sure, before a job of the version writes at the destination, that no other pipeline writes its tables there.</summary>
    /// <exception cref="TargetTakenException">Another pipeline does.</exception>
    public async Task ClaimAsync(Guid pipelineId, int version, string destination, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await TargetClaims.IsClaimedAsync(connection, pipelineId, version, destination, cancellationToken))
        {
            var definition = await DefinitionAsync(pipelineId, version, cancellationToken);
            var applied = new AppliedPipeline(pipelineId, $"{definition.Project}/{definition.Name}", version, IsNew: false);
            await TargetClaims.ClaimAtLaunchAsync(connection, applied, new PipelineToApply(definition, destination), cancellationToken);
        }

        await TargetWriters.TakeOverAsync(connection, pipelineId, version, destination, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    static async Task<Guid> ClaimNameAsync(NpgsqlConnection connection, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into coordinator.pipeline (pipeline_id, project, name, version) values ($1, $2, $3, 0)
            on conflict (project, name) do update set updated_at = now() returning pipeline_id
            """,
            connection);
        command.Parameters.AddWithValue(Guid.CreateVersion7());
        command.Parameters.AddWithValue(definition.Project);
        command.Parameters.AddWithValue(definition.Name);
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<AppliedPipeline> AddVersionAsync(
        NpgsqlConnection connection, PipelineToApply pipeline, string actor, CancellationToken cancellationToken)
    {
        var definition = pipeline.Definition;
        var id = await ClaimNameAsync(connection, definition, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            with last as (select version from coordinator.pipeline where pipeline_id = $1),
            same as (select v.version from coordinator.pipeline_version v join last using (version)
                     where v.pipeline_id = $1 and v.definition = $2::jsonb),
            added as (insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by, file_name, document)
                      select $1, last.version + 1, $2::jsonb, $3, $4, $5 from last where not exists (select from same) returning version),
            current as (update coordinator.pipeline p set version = added.version from added where p.pipeline_id = $1)
            select coalesce((select version from added), (select version from same)), exists (select from added)
            """,
            connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(definition, PipelineJson.Options));
        command.Parameters.AddWithValue(actor);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = pipeline.FileName });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = pipeline.Document });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AppliedPipeline(id, $"{definition.Project}/{definition.Name}", reader.GetInt32(0), reader.GetBoolean(1));
    }
}
