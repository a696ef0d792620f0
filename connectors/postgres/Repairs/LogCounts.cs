using Headgate.Connectors.Repairs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Repairs;

/// <summary>Counts what a job has logged.</summary>
static class LogCounts
{
    /// <summary>For fields and keys all records of the log are looked at, which may be many gigabytes; somebody waits.</summary>
    const string Patience = "SET LOCAL statement_timeout = '8s'";

    /// <returns>Null: not in time.</returns>
    public static async Task<IReadOnlyDictionary<int, LoggedCounts>?> ReadAsync(
        NpgsqlConnection session, LogQuery query, CancellationToken cancellationToken)
    {
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await using (var patience = new NpgsqlCommand(Patience, session)) await patience.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            return await CountAsync(session, query, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    static async Task<IReadOnlyDictionary<int, LoggedCounts>> CountAsync(NpgsqlConnection session, LogQuery query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql(query), session);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = query.JobId });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)query.ObjectNo ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        if (query.Keys is { } keys) command.Parameters.AddRange(KeyColumns.Parameters(keys));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<int, LoggedCounts>();
        while (await row.ReadAsync(cancellationToken))
            counts.Add(row.GetInt32(0), new LoggedCounts(row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        return counts;
    }

    static string Sql(LogQuery query) => $"""
        SELECT object_no, coalesce(sum(n) FILTER (WHERE operation = 'insert'), 0)::bigint,
               coalesce(sum(n) FILTER (WHERE operation = 'update'), 0)::bigint, coalesce(sum(n) FILTER (WHERE operation = 'delete'), 0)::bigint
        FROM ({(query.Fields.Count == 0 && query.Keys is null ? Whole : Chosen(query))}) logged
        WHERE $2::int IS NULL OR object_no = $2::int GROUP BY object_no
        """;

    const string Whole = """
        SELECT object_no, operation, sum(row_count) AS n FROM headgate.change_group WHERE job_id = $1 GROUP BY object_no, operation
        UNION ALL SELECT object_no, 'insert', sum(row_count) FROM headgate.change_block WHERE job_id = $1 GROUP BY object_no
        """;

    // What a block has is told by its keys, which are packed: of those that are chosen there are at most as many as were asked for.
    static string Chosen(LogQuery query)
    {
        var changed = query.Fields.Count == 0 ? "true"
            : $"g.operation = 'update' AND ({string.Join(" OR ", query.Fields.Select(at => $"r.before[{at + 1}] IS DISTINCT FROM r.after[{at + 1}]"))})";
        var meant = query.Keys is not { } keys ? "true" : $"r.key IN ({KeyColumns.Select(keys[0].Count, 3)})";
        var blocks = query is { Fields.Count: 0, Keys: { } chosen }
            ? $"""

              UNION ALL SELECT object_no, 'insert', least(sum(row_count), {chosen.Count}) FROM headgate.change_block WHERE job_id = $1 GROUP BY object_no
              """
            : "";
        return $"""
            SELECT g.object_no, g.operation, count(*) AS n
            FROM headgate.change_group g CROSS JOIN LATERAL unnest(g.records) AS r (key, before, after)
            WHERE g.job_id = $1 AND ($2::int IS NULL OR g.object_no = $2::int) AND {changed} AND {meant} GROUP BY g.object_no, g.operation{blocks}
            """;
    }
}
