using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Starts;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>Pipelines and the versions of their files. A version never changes once it is written.</summary>
public sealed class PipelineStore(CoordinatorState state, ReferencePolicy references)
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

    /// <summary>
    /// Where a version of a pipeline's file writes. Once its jobs have ended, what they wrote is reached by the file in force, if that writes to the
    /// very same place: the reference of before may lead nowhere any more.
    /// </summary>
    public async Task<SystemReference> DestinationAsync(Guid pipelineId, int version, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return await DestinationAsync(connection, pipelineId, version, cancellationToken);
    }

    /// <summary>The same in a transaction.</summary>
    public static async Task<SystemReference> DestinationAsync(
        NpgsqlConnection connection, Guid pipelineId, int version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(
                (select f.definition -> 'destination'
                 from coordinator.pipeline p
                 join coordinator.pipeline_version f on f.pipeline_id = p.pipeline_id and f.version = p.version
                 join coordinator.armed_destination a on a.pipeline_id = p.pipeline_id
                     and a.reference = concat_ws(' ', v.definition -> 'destination' ->> 'connector', v.definition -> 'destination' ->> 'connection')
                 where p.pipeline_id = v.pipeline_id and p.version <> v.version and f.definition -> 'destination' <> v.definition -> 'destination'
                   and exists (select from coordinator.pipeline_target t
                               where t.pipeline_id = p.pipeline_id and t.version = p.version and t.destination = a.identity)
                   and not exists (select from coordinator.sync_job j
                                   where j.pipeline_id = v.pipeline_id and j.pipeline_version = v.version and j.finished_at is null and j.kind <> 'Rollback')),
                v.definition -> 'destination')::text
            from coordinator.pipeline_version v where v.pipeline_id = $1 and v.version = $2
            """,
            connection);
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(version);
        var json = (string?)await command.ExecuteScalarAsync(cancellationToken);
        return JsonSerializer.Deserialize<SystemReference>(json ?? throw new InvalidOperationException("No such version."), PipelineJson.Options)!;
    }

    /// <summary>Applies pipelines, all or none: each gets a new version if it differs from its last, nothing otherwise.</summary>
    /// <exception cref="TargetTakenException">Two pipelines would write the same table.</exception>
    public async Task<IReadOnlyList<AppliedPipeline>> ApplyAsync(
        IReadOnlyList<PipelineToApply> set, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var applied = await ApplyAsync(connection, set, actor, reason: "", cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return applied;
    }

    /// <summary>The same in a transaction that somebody else commits, or rolls back.</summary>
    /// <exception cref="TargetTakenException">Two pipelines would write the same table.</exception>
    /// <exception cref="VersionConflictException">Another version is in force than the one that was expected.</exception>
    /// <exception cref="ReferenceRefusedException">A file names what it may not.</exception>
    public async Task<IReadOnlyList<AppliedPipeline>> ApplyAsync(
        NpgsqlConnection connection, IReadOnlyList<PipelineToApply> set, string actor, string reason, CancellationToken cancellationToken)
    {
        foreach (var pipeline in set) references.Demand(pipeline.Definition);
        await TargetClaims.LockAsync(connection, cancellationToken);
        var applied = new List<(AppliedPipeline Applied, PipelineToApply Pipeline)>();
        foreach (var pipeline in set)
        {
            var added = await AddVersionAsync(connection, pipeline, actor, reason, cancellationToken);
            if (added.IsNew) await StartRules.ApplyAsync(connection, added.PipelineId, cancellationToken);
            applied.Add((added, pipeline));
        }

        await TargetClaims.ClaimAsync(connection, applied, cancellationToken);
        return [.. applied.Select(entry => entry.Applied)];
    }

    /// <summary>Adds why a version was applied, where nobody has said so before.</summary>
    public async Task AddReasonAsync(Guid pipelineId, int version, string reason, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "update coordinator.pipeline_version set reason = $3 where pipeline_id = $1 and version = $2 and reason is null");
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(version);
        command.Parameters.AddWithValue(reason);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes sure, before a job writes at the destination, that no other pipeline writes its tables there.</summary>
    /// <param name="job">The job, with its tables planned.</param>
    /// <param name="destination">Where.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TargetTakenException">Another pipeline does.</exception>
    public async Task ClaimAsync(SyncJob job, string destination, CancellationToken cancellationToken)
    {
        var (pipelineId, version) = (job.PipelineId, job.PipelineVersion);
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var definition = await DefinitionAsync(pipelineId, version, cancellationToken);
        // What its version wrote beside that is another pipeline's by now, perhaps.
        var targets = job.Kind == JobKind.Rollback
            ? await TargetClaims.OfJobAsync(connection, job.CorrelationId, cancellationToken) : TargetClaims.Of(definition);
        if (!await TargetClaims.AreClaimedAsync(connection, pipelineId, version, destination, targets, cancellationToken))
        {
            var applied = new AppliedPipeline(pipelineId, $"{definition.Project}/{definition.Name}", version, IsNew: false);
            await TargetClaims.ClaimAtLaunchAsync(connection, applied, destination, targets, cancellationToken);
        }

        await TargetWriters.TakeOverAsync(connection, pipelineId, version, destination, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    // With the row comes its lock: the version that is compared is still the last when another one is added.
    static async Task<AppliedPipeline> ClaimNameAsync(NpgsqlConnection connection, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into coordinator.pipeline (pipeline_id, project, name, version) values ($1, $2, $3, 0)
            on conflict (project, name) where deleted_at is null do update set updated_at = now() returning pipeline_id, version
            """,
            connection);
        command.Parameters.AddWithValue(Guid.CreateVersion7());
        command.Parameters.AddWithValue(definition.Project);
        command.Parameters.AddWithValue(definition.Name);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new AppliedPipeline(row.GetGuid(0), $"{definition.Project}/{definition.Name}", row.GetInt32(1), IsNew: false);
    }

    static async Task<AppliedPipeline> AddVersionAsync(
        NpgsqlConnection connection, PipelineToApply pipeline, string actor, string reason, CancellationToken cancellationToken)
    {
        var last = await ClaimNameAsync(connection, pipeline.Definition, cancellationToken);
        if (pipeline.ExpectedVersion is { } expected && expected != last.Version) throw new VersionConflictException(last, expected);
        await using var command = new NpgsqlCommand(
            """
            with same as (select version from coordinator.pipeline_version where pipeline_id = $1 and version = $2 and definition = $3::jsonb),
            added as (insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by, reason, file_name, document)
                      select $1, $2 + 1, $3::jsonb, $4, nullif($5, ''), $6, $7 where not exists (select from same) returning version),
            current as (update coordinator.pipeline p set version = added.version from added where p.pipeline_id = $1)
            select exists (select from added)
            """,
            connection);
        command.Parameters.AddWithValue(last.PipelineId);
        command.Parameters.AddWithValue(last.Version);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(pipeline.Definition, PipelineJson.Options));
        command.Parameters.AddWithValue(actor);
        command.Parameters.AddWithValue(reason);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = pipeline.FileName });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = pipeline.Document });
        var isNew = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        return isNew ? last with { Version = last.Version + 1, IsNew = true } : last;
    }
}
