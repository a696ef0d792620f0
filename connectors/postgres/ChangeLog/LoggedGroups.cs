using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Catalog;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Reads records that are logged in full.</summary>
static class LoggedGroups
{
    // Records come in the order of writing until they are too much: what a group holds is known only once it is taken apart. By OFFSET 0 the time
    // of a batch is looked up once for each group.
    const string Sql = """
        SELECT seq, place, upto, attempt, object_no, operation, key, before, after, committed_at FROM (
            SELECT g.*, r.*, s.size, sum(s.size) OVER (ORDER BY g.seq, r.place ROWS UNBOUNDED PRECEDING) AS upto
            FROM (
                SELECT seq, attempt, object_no, operation, records, (
                    SELECT max(b.committed_at) FROM headgate.batch b
                    WHERE b.job_id = c.job_id AND b.attempt = c.attempt AND b.object_no = c.object_no AND b.segment_no = c.segment_no
                        AND b.first_row = c.first_row) AS committed_at
                FROM headgate.change_group c WHERE job_id = $1 AND seq BETWEEN $2 AND $3 OFFSET 0) g
            JOIN unnest($4::int[], $5::int[], $6::int[]) AS w (of_attempt, of_object, field) ON w.of_attempt = g.attempt AND w.of_object = g.object_no
            CROSS JOIN LATERAL unnest(g.records) WITH ORDINALITY AS r (key, before, after, place)
            CROSS JOIN LATERAL (SELECT pg_column_size(r.key) + coalesce(pg_column_size(r.before), 0) + coalesce(pg_column_size(r.after), 0)) AS s (size)
            WHERE (g.seq << 20) + r.place > $7 AND g.operation = coalesce($8, g.operation) AND ($9::text[] IS NULL OR r.key = $9::text[])
                AND (w.field IS NULL OR g.operation <> 'update' OR r.before[w.field] IS DISTINCT FROM r.after[w.field])) c
        WHERE upto - size < $10 ORDER BY seq, place
        """;

    /// <param name="session">Where.</param>
    /// <param name="filter">What is wanted.</param>
    /// <param name="groups">Groups that follow each other.</param>
    /// <param name="after">Only behind this sequence.</param>
    /// <param name="most">How many bytes of records to take, and one record more.</param>
    /// <param name="changes">Takes what is found.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many bytes it was; as many as were to be taken: there may be more in the same groups.</returns>
    public static async Task<long> ReadAsync(
        LogSession session, LogFilter filter, IReadOnlyList<LogEntry> groups, long after, long most, List<LoggedChange> changes,
        CancellationToken cancellationToken)
    {
        await using var command = session.Command(Sql,
            [new NpgsqlParameter<Guid> { TypedValue = filter.Query.JobId }, new NpgsqlParameter<long> { TypedValue = groups[0].Seq },
                new NpgsqlParameter<long> { TypedValue = groups[^1].Seq }, .. filter.Objects, filter.Fields,
                new NpgsqlParameter<long> { TypedValue = after },
                SqlParameters.Nullable(filter.Query.Operation is { } operation ? operation.ToString().ToLowerInvariant() : null),
                SqlParameters.Nullable(filter.Key), new NpgsqlParameter<long> { TypedValue = most }]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var bytes = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            bytes = reader.GetInt64(2);
            changes.Add(Read(reader, filter));
        }

        return bytes;
    }

    static LoggedChange Read(NpgsqlDataReader reader, LogFilter filter)
    {
        var logged = filter.ObjectOf(reader.GetInt32(3), reader.GetInt32(4));
        var operation = Enum.Parse<LoggedOperation>(reader.GetString(5), ignoreCase: true);
        var key = reader.GetFieldValue<string?[]>(6);
        return new LoggedChange
        {
            Sequence = LogEntry.StartOf(reader.GetInt64(0)) + reader.GetInt64(1),
            Attempt = logged.Attempt,
            ObjectNo = logged.ObjectNo,
            Operation = operation,
            Key = [.. logged.Key.Select((position, at) => KeyValuePair.Create(logged.Fields[position], key[at]))],
            Fields = FieldsOf(logged, operation, Texts(reader, 7), Texts(reader, 8), filter.FieldOf(logged)),
            CommittedAt = reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
        };
    }

    static List<LoggedField> FieldsOf(LoggedObject logged, LoggedOperation operation, string?[] before, string?[] after, int? only)
    {
        var fields = new List<LoggedField>();
        for (var at = 0; at < Math.Max(before.Length, after.Length); at++)
        {
            if (only is { } place && at != place - 1) continue;
            var (old, written) = (at < before.Length ? before[at] : null, at < after.Length ? after[at] : null);
            // Of an update, both are null where the field did not change.
            if (operation is not LoggedOperation.Update || old != written) fields.Add(new LoggedField(logged.FieldAt(at), old, written));
        }

        return fields;
    }

    static string?[] Texts(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? [] : reader.GetFieldValue<string?[]>(at);
}
