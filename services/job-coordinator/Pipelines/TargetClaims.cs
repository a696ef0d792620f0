using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>
/// Which tables of which destination each version of a pipeline writes. A table has one pipeline: those of versions that unfinished
/// jobs are pinned to count as well as the latest.
/// </summary>
static class TargetClaims
{
    /// <summary>One apply at a time: claims are compared across pipelines.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "lock table coordinator.pipeline_target in share row exclusive mode", [], cancellationToken);

    /// <exception cref="TargetTakenException">Another pipeline writes one of the tables.</exception>
    public static async Task ClaimAsync(
        NpgsqlConnection connection, AppliedPipeline applied, PipelineToApply pipeline, CancellationToken cancellationToken)
    {
        var targets = pipeline.Definition.Objects.Where(entry => entry.Include).Select(entry => QualifiedName.Parse(entry.To).ToSql()).ToArray();
        await ForgetAsync(connection, cancellationToken);
        await ExecuteAsync(
            connection, "delete from coordinator.pipeline_target where pipeline_id = $1 and version = $2", [applied.PipelineId, applied.Version], cancellationToken);
        await ExecuteAsync(
            connection,
            "insert into coordinator.pipeline_target (pipeline_id, version, destination, target) select $1, $2, $3, unnest($4)",
            [applied.PipelineId, applied.Version, pipeline.Destination, targets],
            cancellationToken);
        await RefuseTakenAsync(connection, applied, cancellationToken);
    }

    // Versions that no job will write any more. A pipeline that was claimed for a job which is still to be born keeps all of them.
    static Task ForgetAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        """
        delete from coordinator.pipeline_target t using coordinator.pipeline p
        where p.pipeline_id = t.pipeline_id and t.version <> p.version
          and not exists (select from coordinator.sync_job j where j.pipeline_id = t.pipeline_id and j.pipeline_version = t.version
                          and j.state not in ('Completed', 'Canceled', 'Discarded'))
          and (p.current_job_id is null or exists (select from coordinator.sync_job j where j.job_id = p.current_job_id))
        """,
        [],
        cancellationToken);

    static async Task RefuseTakenAsync(NpgsqlConnection connection, AppliedPipeline applied, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select other.target, p.project || '/' || p.name
            from coordinator.pipeline_target mine
            join coordinator.pipeline_target other
              on other.destination = mine.destination and other.target = mine.target and other.pipeline_id <> mine.pipeline_id
            join coordinator.pipeline p on p.pipeline_id = other.pipeline_id
            where mine.pipeline_id = $1 and mine.version = $2
            order by other.target limit 1
            """,
            connection);
        command.Parameters.AddWithValue(applied.PipelineId);
        command.Parameters.AddWithValue(applied.Version);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken)) throw new TargetTakenException(applied.Name, reader.GetString(0), reader.GetString(1));
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
