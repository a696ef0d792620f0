using Headgate.Connectors.Changes;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Reads records that the destination refused, or that a rollback has left, by the order of their table.</summary>
sealed class RejectReader(NpgsqlDataSource dataSource, RejectQuery query)
{
    /// <summary>Of images and values, and one record more.</summary>
    const int MostBytes = 1024 * 1024;

    /// <summary>SQL: how long the values of a conflict are.</summary>
    static readonly string Values = string.Concat(((string[])["key", "before", "written", "now"]).Select(
        each => $" + coalesce(octet_length(array_to_string({each}, '')), 0)"));

    public async Task<RejectPage> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new List<(LoggedReject Reject, byte[]? Image)>();
        var bytes = 0L;
        LoggedJob log;
        await using (var session = await LogSession.BeginAsync(dataSource, temporary: null, cancellationToken))
        {
            log = await LoggedJob.ReadAsync(session, query.JobId, cancellationToken);
            if (log.Objects.Count == 0) return new RejectPage([], IsLast: true);
            await using var command = Command(session, log);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(Read(reader, log));
                bytes = reader.GetInt64(16);
            }
        }

        // The limit in bytes may have ended it: whether there are more, the next page tells.
        var isLast = found.Count <= query.Limit && bytes < MostBytes;
        var page = found.Take(query.Limit).ToList();
        var records = await new RejectImages(dataSource, log).ReadAsync(page, cancellationToken);
        return new RejectPage(records, isLast);
    }

    NpgsqlCommand Command(LogSession session, LoggedJob log)
    {
        var conflict = log.HasNumbers ? "conflict, key, before, written, now" : "NULL::text, NULL::text[], NULL::text[], NULL::text[], NULL::text[]";
        var after = query.After ?? new RejectPlace(0, -1, -1, -1);
        // From one to the next, so that no more of them are taken apart for their length than are told.
        return session.Command($"""
            WITH RECURSIVE page (attempt, object_no, segment_no, row_no, upto, no) AS (
                ({Next("$2, $3, $4, $5", "0::bigint", "0", log.HasNumbers)})
                UNION ALL SELECT n.* FROM page p CROSS JOIN LATERAL (
                    {Next("p.attempt, p.object_no, p.segment_no, p.row_no", "p.upto", "p.no", log.HasNumbers)}) n
                WHERE p.upto < {MostBytes} AND p.no < $8)
            SELECT attempt, object_no, segment_no, row_no, sqlstate, constraint_name, column_name, sentence, deferred, at, image, {conflict}, upto
            FROM page JOIN headgate.rejected r USING (attempt, object_no, segment_no, row_no) WHERE r.job_id = $1
            ORDER BY attempt, object_no, segment_no, row_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = query.JobId }, new NpgsqlParameter<int> { TypedValue = after.Attempt },
            new NpgsqlParameter<int> { TypedValue = after.ObjectNo }, new NpgsqlParameter<int> { TypedValue = after.SegmentNo },
            new NpgsqlParameter<long> { TypedValue = after.RowNo }, new NpgsqlParameter<int?> { TypedValue = query.Attempt },
            new NpgsqlParameter<int[]?> { TypedValue = query.Objects?.ToArray() }, new NpgsqlParameter<int> { TypedValue = query.Limit + 1 });
    }

    // What is compressed counts by its length, as it is kept in memory.
    static string Next(string after, string upto, string no, bool hasConflicts) => $"""
        SELECT attempt, object_no, segment_no, row_no, {upto} + coalesce(octet_length(image), 0){(hasConflicts ? Values : "")}, {no} + 1
        FROM headgate.rejected
        WHERE job_id = $1 AND (attempt, object_no, segment_no, row_no) > ({after}) AND attempt = coalesce($6, attempt)
            AND ($7::int[] IS NULL OR object_no = ANY($7))
        ORDER BY attempt, object_no, segment_no, row_no LIMIT 1
        """;

    static (LoggedReject Reject, byte[]? Image) Read(NpgsqlDataReader reader, LoggedJob log)
    {
        var place = new RejectPlace(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3));
        var logged = log.Objects.FirstOrDefault(each => each.Id == (place.Attempt, place.ObjectNo));
        var reject = new LoggedReject
        {
            Place = place,
            SqlState = Text(reader, 4),
            Constraint = Text(reader, 5),
            Column = Text(reader, 6),
            Sentence = reader.GetString(7),
            Waiting = reader.GetBoolean(8),
            At = reader.GetFieldValue<DateTimeOffset>(9),
            Key = logged is null ? null : KeyOf(logged, Texts(reader, 12)),
            Conflict = logged is not null && Text(reader, 11) is { } kind
                ? new LoggedConflict(Enum.Parse<ConflictKind>(kind, ignoreCase: true), FieldsOf(logged, Texts(reader, 13), Texts(reader, 14), Texts(reader, 15)))
                : null,
        };
        return (reject, reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10));
    }

    static List<KeyValuePair<string, string?>>? KeyOf(LoggedObject logged, string?[] key) =>
        key.Length == 0 ? null : [.. logged.Key.Select((position, at) => KeyValuePair.Create(logged.Fields[position], at < key.Length ? key[at] : null))];

    static List<ConflictField> FieldsOf(LoggedObject logged, string?[] before, string?[] written, string?[] now)
    {
        var fields = new List<ConflictField>();
        var isUpdate = before.Length > 0 && written.Length > 0;
        for (var at = 0; at < Math.Max(before.Length, Math.Max(written.Length, now.Length)); at++)
        {
            var field = new ConflictField(logged.FieldAt(at), before.ElementAtOrDefault(at), written.ElementAtOrDefault(at), now.ElementAtOrDefault(at));
            // Of an update, neither replaced nor written by the job: the rollback is not about it. Of whole rows all fields are told.
            if (!isUpdate || field is not { Before: null, Written: null }) fields.Add(field);
        }

        return fields;
    }

    static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    static string?[] Texts(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? [] : reader.GetFieldValue<string?[]>(at);
}
