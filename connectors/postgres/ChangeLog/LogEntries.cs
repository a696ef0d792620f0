using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Finds what comes next in a job's log, by its indexes.</summary>
static class LogEntries
{
    /// <summary>How many entries one look finds.</summary>
    public const int Most = 256;

    const string Groups = """
        SELECT seq, false AS block, attempt, object_no, segment_no, first_row, row_count, pg_column_size(records) AS bytes
        FROM headgate.change_group WHERE job_id = $1 AND seq >= $2
        """;

    const string Blocks = """
        SELECT seq, true AS block, attempt, object_no, segment_no, first_row, row_count, 0 AS bytes
        FROM headgate.change_block b WHERE job_id = $1 AND seq >= $2
            AND EXISTS (SELECT FROM unnest($3::int[], $4::int[]) AS w (attempt, object_no) WHERE w.attempt = b.attempt AND w.object_no = b.object_no)
        """;

    /// <returns>In the order of writing; none: there are no more.</returns>
    public static async Task<IReadOnlyList<LogEntry>> NextAsync(LogSession session, LogFilter filter, long after, CancellationToken cancellationToken)
    {
        if (after < 0 && filter.TakesBlocks && await OlderAsync(session, filter, after, cancellationToken) is { Count: > 0 } older) return older;
        var hasBlocks = filter.HasNumbers && filter.TakesBlocks;
        var all = hasBlocks ? $"({Groups} ORDER BY seq LIMIT {Most}) UNION ALL ({Blocks} ORDER BY seq LIMIT {Most})" : Groups;
        await using var command = session.Command(
            $"{all} ORDER BY seq LIMIT {Most}",
            [new NpgsqlParameter<Guid> { TypedValue = filter.Query.JobId }, new NpgsqlParameter<long> { TypedValue = LogEntry.FirstBehind(after) },
                .. hasBlocks ? filter.Objects : []]);
        return await ReadAsync(command, LogEntry.StartOf, cancellationToken);
    }

    /// <summary>Blocks from before they had numbers, which are before all that has one: told apart by where their records lie in the job.</summary>
    static async Task<IReadOnlyList<LogEntry>> OlderAsync(LogSession session, LogFilter filter, long after, CancellationToken cancellationToken)
    {
        await using var command = session.Command($"""
            SELECT start, true, attempt, object_no, segment_no, first_row, row_count, 0 FROM (
                SELECT attempt, object_no, segment_no, first_row, row_count,
                       (sum(row_count) OVER (ORDER BY attempt, object_no, segment_no, first_row))::bigint - row_count - {LogEntry.Older} AS start
                FROM headgate.change_block WHERE job_id = $1{(filter.HasNumbers ? " AND seq IS NULL" : "")}) b
            WHERE start + row_count > $2
                AND EXISTS (SELECT FROM unnest($3::int[], $4::int[]) AS w (attempt, object_no) WHERE w.attempt = b.attempt AND w.object_no = b.object_no)
            ORDER BY start LIMIT {Most}
            """,
            [new NpgsqlParameter<Guid> { TypedValue = filter.Query.JobId }, new NpgsqlParameter<long> { TypedValue = after }, .. filter.Objects]);
        return await ReadAsync(command, start => start, cancellationToken);
    }

    static async Task<IReadOnlyList<LogEntry>> ReadAsync(NpgsqlCommand command, Func<long, long> start, CancellationToken cancellationToken)
    {
        var found = new List<LogEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new LogEntry
            {
                Start = start(reader.GetInt64(0)),
                IsBlock = reader.GetBoolean(1),
                Attempt = reader.GetInt32(2),
                ObjectNo = reader.GetInt32(3),
                SegmentNo = reader.GetInt32(4),
                FirstRow = reader.GetInt64(5),
                Records = reader.GetInt32(6),
                Bytes = reader.GetInt32(7),
            });
        }

        return found;
    }
}
