using Headgate.Connectors.Changes;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Reads records that the destination refused, or that a rollback has left, by the order of their table.</summary>
sealed class RejectReader(NpgsqlDataSource dataSource, RejectQuery query)
{
    /// <summary>Of images, and one more.</summary>
    const int MostBytes = 1024 * 1024;

    public async Task<RejectPage> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new List<(LoggedReject Reject, byte[]? Image)>();
        LoggedJob log;
        await using (var session = await LogSession.BeginAsync(dataSource, temporary: null, cancellationToken))
        {
            log = await LoggedJob.ReadAsync(session, query.JobId, cancellationToken);
            if (log.Objects.Count == 0) return new RejectPage([], IsLast: true);
            await using var command = Command(session, log);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) found.Add(Read(reader, log));
        }

        var isLast = found.Count <= query.Limit && !IsFull(found);
        var page = found.Take(query.Limit).ToList();
        var records = await new RejectImages(dataSource, log).ReadAsync(page, cancellationToken);
        return new RejectPage(records, isLast);
    }

    // The limit in bytes has ended it: whether there are more, the next page tells.
    static bool IsFull(List<(LoggedReject Reject, byte[]? Image)> found) => found.Sum(each => (long)(each.Image?.Length ?? 0)) >= MostBytes;

    NpgsqlCommand Command(LogSession session, LoggedJob log)
    {
        var conflict = log.HasNumbers ? "conflict, key, before, written, now" : "NULL::text, NULL::text[], NULL::text[], NULL::text[], NULL::text[]";
        var after = query.After ?? new RejectPlace(0, -1, -1, -1);
        return session.Command($"""
            SELECT attempt, object_no, segment_no, row_no, sqlstate, constraint_name, column_name, sentence, deferred, at, image, {conflict} FROM (
                SELECT r.*, coalesce(length(image), 0) AS size, sum(coalesce(length(image), 0)) OVER (
                    ORDER BY attempt, object_no, segment_no, row_no ROWS UNBOUNDED PRECEDING) AS upto
                FROM (
                    SELECT * FROM headgate.rejected r
                    WHERE job_id = $1 AND (attempt, object_no, segment_no, row_no) > ($2, $3, $4, $5) AND attempt = coalesce($6, attempt)
                        AND ($7::int[] IS NULL OR object_no = ANY($7))
                    ORDER BY attempt, object_no, segment_no, row_no LIMIT $8) r) r
            WHERE upto - size < {MostBytes} ORDER BY attempt, object_no, segment_no, row_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = query.JobId }, new NpgsqlParameter<int> { TypedValue = after.Attempt },
            new NpgsqlParameter<int> { TypedValue = after.ObjectNo }, new NpgsqlParameter<int> { TypedValue = after.SegmentNo },
            new NpgsqlParameter<long> { TypedValue = after.RowNo }, new NpgsqlParameter<int?> { TypedValue = query.Attempt },
            new NpgsqlParameter<int[]?> { TypedValue = query.Objects?.ToArray() }, new NpgsqlParameter<int> { TypedValue = query.Limit + 1 });
    }

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
        for (var at = 0; at < Math.Max(before.Length, Math.Max(written.Length, now.Length)); at++)
        {
            var field = new ConflictField(logged.FieldAt(at), before.ElementAtOrDefault(at), written.ElementAtOrDefault(at), now.ElementAtOrDefault(at));
            // Neither replaced nor written by the job: the rollback is not about it.
            if (field is not { Before: null, Written: null }) fields.Add(field);
        }

        return fields;
    }

    static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    static string?[] Texts(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? [] : reader.GetFieldValue<string?[]>(at);
}
