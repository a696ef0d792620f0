using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>
/// Which tables of which destination each version of a pipeline writes. A table has one pipeline: what the last apply of each says
/// counts, and what jobs can still write that are pinned to an earlier version or began at another destination.
/// </summary>
static class TargetClaims
{
    /// <summary>
    /// Of an object of a job (o): whether the job was blocked from it before it wrote any of it, in each of its attempts. Another pipeline may have the
    /// table by now, and a rollback puts nothing back there.
    /// </summary>
    public const string IsUnwritten =
        """
        (o.state = 'Blocked' and not exists (
            select from coordinator.job_segment s
            where s.job_id = o.job_id and s.object_no = o.object_no and (s.written > 0 or s.state in ('Loading', 'Loaded'))))
        """;

    /// <summary>One at a time: claims are compared across pipelines.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "lock table coordinator.pipeline_target in share row exclusive mode", [], cancellationToken);

    /// <summary>Claims for a whole set before anything is compared, so that its pipelines can pass tables to each other.</summary>
    /// <exception cref="TargetTakenException">Two pipelines would write the same table.</exception>
    public static async Task ClaimAsync(
        NpgsqlConnection connection, IReadOnlyList<(AppliedPipeline Applied, PipelineToApply Pipeline)> set, CancellationToken cancellationToken)
    {
        foreach (var (applied, pipeline) in set)
        {
            await ExecuteAsync(
                connection, "update coordinator.pipeline_target set latest = false where pipeline_id = $1", [applied.PipelineId], cancellationToken);
            await AddAsync(connection, applied, pipeline.Destination, Of(pipeline.Definition), latest: true, cancellationToken);
        }

        await ForgetAsync(connection, cancellationToken);
        foreach (var (applied, pipeline) in set) await RefuseTakenAsync(connection, applied, pipeline.Destination, cancellationToken);
    }

    /// <summary>The tables that a job of any kind but a rollback can write.</summary>
    public static string[] Of(PipelineDefinition definition) =>
        [.. definition.Objects.Where(entry => entry.Include).Select(entry => Spelled(entry.To))];

    /// <summary>Those that a rollback does.</summary>
    public static async Task<string[]> OfJobAsync(NpgsqlConnection connection, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select w.destination from coordinator.job_object w join coordinator.sync_job j using (job_id)
             where w.job_id = $1 and w.state <> 'Blocked' and not exists (
                 select from coordinator.job_object o where o.job_id = j.of_job_id and o.object_no = w.object_no and {IsUnwritten})
             """,
            connection);
        command.Parameters.AddWithValue(job);
        return [.. (await command.ListAsync(row => row.GetString(0), cancellationToken)).Select(Spelled).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>A table as claims have it.</summary>
    public static string Spelled(string table) => QualifiedName.Parse(table).ToSql();

    public static async Task<bool> AreClaimedAsync(
        NpgsqlConnection connection, Guid pipelineId, int version, string destination, string[] targets, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select not exists (select unnest($4::text[]) except
                               select target from coordinator.pipeline_target where pipeline_id = $1 and version = $2 and destination = $3)
            """,
            connection);
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(version);
        command.Parameters.AddWithValue(destination);
        command.Parameters.AddWithValue(targets);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The first of these tables that another pipeline has, where the pipeline's destination led when it was armed; null: none is known.</summary>
    public static async Task<TargetTakenException?> TakenAsync(
        NpgsqlConnection connection, AppliedPipeline pipeline, string reference, string[] targets, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select other.target, p.project, p.name
            from coordinator.armed_destination a
            join coordinator.pipeline_target other on other.destination = a.identity and other.target = any($3) and other.pipeline_id <> a.pipeline_id
            join coordinator.pipeline p on p.pipeline_id = other.pipeline_id
            where a.pipeline_id = $1 and a.reference = $2
              and (other.latest or exists (select from coordinator.sync_job j where j.pipeline_id = other.pipeline_id
                                           and j.pipeline_version = other.version and j.finished_at is null))
            order by other.target limit 1
            """,
            connection);
        command.Parameters.AddWithValue(pipeline.PipelineId);
        command.Parameters.AddWithValue(reference);
        command.Parameters.AddWithValue(targets);
        return (await command.ListAsync(row => new TargetTakenException(pipeline, row.GetString(0), row.GetString(1), row.GetString(2)), cancellationToken))
            .SingleOrDefault();
    }

    /// <summary>A deleted pipeline gives up its tables; what its jobs can still write stays claimed until they have ended.</summary>
    public static Task GiveUpAsync(NpgsqlConnection connection, Guid pipelineId, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "update coordinator.pipeline_target set latest = false where pipeline_id = $1", [pipelineId], cancellationToken);

    /// <summary>
    /// Claims for a job that is about to write, unless that is done: a secret may have led elsewhere when its file was applied.
    /// </summary>
    /// <exception cref="TargetTakenException">Another pipeline writes one of the tables.</exception>
    public static async Task ClaimAtLaunchAsync(
        NpgsqlConnection connection, AppliedPipeline applied, string destination, string[] targets, CancellationToken cancellationToken)
    {
        await LockAsync(connection, cancellationToken);
        await ForgetAsync(connection, cancellationToken);
        await AddAsync(connection, applied, destination, targets, latest: false, cancellationToken);
        await RefuseTakenAsync(connection, applied, destination, cancellationToken);
    }

    static Task AddAsync(
        NpgsqlConnection connection, AppliedPipeline applied, string destination, string[] targets, bool latest, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection,
            """
            insert into coordinator.pipeline_target as t (pipeline_id, version, destination, target, latest) select $1, $2, $3, unnest($4), $5
            on conflict (pipeline_id, version, destination, target) do update set latest = t.latest or excluded.latest
            """,
            [applied.PipelineId, applied.Version, destination, targets, latest],
            cancellationToken);

    // What no job will write any more. A stop that was abandoned is unconfirmed until its fence was moved after all, by the move that was
    // under way or by a later job of the pipeline: of a deleted one by the former alone. And a pipeline that was claimed for a job which is
    // still to be born keeps everything.
    static Task ForgetAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        """
        delete from coordinator.pipeline_target t using coordinator.pipeline p
        where p.pipeline_id = t.pipeline_id and not t.latest
          and not exists (
              select from coordinator.sync_job j where j.pipeline_id = t.pipeline_id and j.pipeline_version = t.version
              and (j.state not in ('Completed', 'Canceled', 'Discarded')
                   or j.stop_unconfirmed and not exists (
                       select from coordinator.sync_job later where later.pipeline_id = j.pipeline_id and later.job_no > j.job_no and later.state = 'Completed')))
          and (p.current_job_id is null or exists (select from coordinator.sync_job j where j.job_id = p.current_job_id))
        """,
        [],
        cancellationToken);

    static async Task RefuseTakenAsync(NpgsqlConnection connection, AppliedPipeline applied, string destination, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select other.target, p.project, p.name
            from coordinator.pipeline_target mine
            join coordinator.pipeline_target other
              on other.destination = mine.destination and other.target = mine.target and other.pipeline_id <> mine.pipeline_id
            join coordinator.pipeline p on p.pipeline_id = other.pipeline_id
            where mine.pipeline_id = $1 and mine.version = $2 and mine.destination = $3
            order by other.target limit 1
            """,
            connection);
        command.Parameters.AddWithValue(applied.PipelineId);
        command.Parameters.AddWithValue(applied.Version);
        command.Parameters.AddWithValue(destination);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken)) throw new TargetTakenException(applied, reader.GetString(0), reader.GetString(1), reader.GetString(2));
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
