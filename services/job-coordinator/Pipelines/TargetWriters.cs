using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>
/// Which pipeline was launched last to write each table. A table may pass from one pipeline to another and back; the offset that the
/// first one has from before is of what the second one has written over.
/// </summary>
static class TargetWriters
{
    /// <summary>The version's tables are the pipeline's from here on; pipelines that wrote them before forget their offsets.</summary>
    public static async Task TakeOverAsync(
        NpgsqlConnection connection, Guid pipelineId, int version, string destination, CancellationToken cancellationToken)
    {
        var former = await WriteAsync(connection, pipelineId, version, destination, cancellationToken);
        foreach (var tables in former.ToLookup(table => table.PipelineId, table => table.Target))
            await ForgetOffsetsAsync(connection, tables.Key, [.. tables], cancellationToken);
    }

    static async Task<IReadOnlyList<(Guid PipelineId, string Target)>> WriteAsync(
        NpgsqlConnection connection, Guid pipelineId, int version, string destination, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with mine as (select target from coordinator.pipeline_target where pipeline_id = $1 and version = $2 and destination = $3),
            former as (select w.pipeline_id, w.target from coordinator.target_writer w join mine using (target)
                       where w.destination = $3 and w.pipeline_id <> $1),
            written as (insert into coordinator.target_writer as w (destination, target, pipeline_id) select $3, target, $1 from mine
                        on conflict (destination, target) do update set pipeline_id = excluded.pipeline_id
                        where w.pipeline_id <> excluded.pipeline_id)
            select pipeline_id, target from former
            """,
            connection);
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(version);
        command.Parameters.AddWithValue(destination);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var former = new List<(Guid, string)>();
        while (await reader.ReadAsync(cancellationToken)) former.Add((reader.GetGuid(0), reader.GetString(1)));
        return former;
    }

    // By name and not by destination as well: an offset too many that is forgotten costs one full read.
    static async Task ForgetOffsetsAsync(
        NpgsqlConnection connection, Guid pipelineId, HashSet<string> targets, CancellationToken cancellationToken)
    {
        await using var asking = new NpgsqlCommand(
            """
            select f.object_key, o.destination from coordinator.object_offset f
            join coordinator.job_object o using (job_id, object_no) where f.pipeline_id = $1
            """,
            connection);
        asking.Parameters.AddWithValue(pipelineId);
        var keys = new List<string>();
        await using (var reader = await asking.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                if (targets.Contains(QualifiedName.Parse(reader.GetString(1)).ToSql())) keys.Add(reader.GetString(0));
        }

        await using var forgetting = new NpgsqlCommand(
            "delete from coordinator.object_offset where pipeline_id = $1 and object_key = any($2)", connection);
        forgetting.Parameters.AddWithValue(pipelineId);
        forgetting.Parameters.AddWithValue(keys.ToArray());
        await forgetting.ExecuteNonQueryAsync(cancellationToken);
    }
}
