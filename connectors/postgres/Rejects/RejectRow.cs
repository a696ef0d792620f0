using System.Globalization;
using System.Text.Json;
using Headgate.Connectors.Rejects;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Rejects;

/// <summary>A row of headgate.rejected, with what its object has kept to read it by.</summary>
/// <param name="Reject">All of it but the record that was refused.</param>
/// <param name="Image">The record as it was staged; null: too large to keep, or left by a rollback.</param>
/// <param name="Fields">The fields that are staged.</param>
/// <param name="Types">The types that they were staged as; null: it was not kept.</param>
/// <param name="Key">Positions of the key among the fields.</param>
sealed record RejectRow(LoggedReject Reject, byte[]? Image, IReadOnlyList<string> Fields, IReadOnlyList<string>? Types, IReadOnlyList<int> Key)
{
    // Columns that came later are asked for so that their lack is no error.
    const string Sql = """
        SELECT r.attempt, r.object_no, r.segment_no, r.row_no, r.sqlstate, r.constraint_name, r.column_name, r.sentence, r.deferred, r.at,
               r.image, (extract(epoch FROM r.at) * 1000000)::bigint, o.fields::text, o.key, pg_catalog.to_jsonb(o) ->> 'staged',
               pg_catalog.to_jsonb(o) ->> 'rest_fields', c.conflict, c.key, c.before, c.written, c.now
        FROM headgate.rejected r
        LEFT JOIN headgate.job_object o ON o.job_id = r.job_id AND o.attempt = r.attempt AND o.object_no = r.object_no
        CROSS JOIN LATERAL pg_catalog.jsonb_to_record(pg_catalog.to_jsonb(r) - 'image')
            AS c (conflict text, key text[], before text[], written text[], now text[])
        WHERE r.job_id = $1 AND ($2::int IS NULL OR r.object_no = $2) AND ($3::int IS NULL OR r.attempt = $3)
          AND ($4::bigint[] IS NULL OR (r.at, r.attempt, r.object_no, r.segment_no, r.row_no)
               > (timestamptz 'epoch' + ($4::bigint[])[1] * interval '1 microsecond', ($4::bigint[])[2], ($4::bigint[])[3], ($4::bigint[])[4], ($4::bigint[])[5]))
        ORDER BY r.at, r.attempt, r.object_no, r.segment_no, r.row_no LIMIT $5
        """;

    public static async Task<IReadOnlyList<RejectRow>> ReadAsync(NpgsqlConnection session, RejectQuery query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, session);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = query.JobId });
        command.Parameters.Add(Nullable(query.ObjectNo, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(query.Attempt, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(
            query.After?.Split('.').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<RejectRow>();
        while (await row.ReadAsync(cancellationToken)) rows.Add(Read(row));
        return rows;
    }

    static RejectRow Read(NpgsqlDataReader row)
    {
        var fields = row.IsDBNull(12) ? [] : JsonSerializer.Deserialize<JsonElement>(row.GetString(12)).EnumerateArray()
            .Select(field => field.GetProperty("name").GetString()!).ToList();
        int[] key = row.IsDBNull(13) ? [] : [.. row.GetFieldValue<short[]>(13).Select(at => at - 1)];
        var reject = new LoggedReject
        {
            Place = string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(11)}.{row.GetInt32(0)}.{row.GetInt32(1)}.{row.GetInt32(2)}.{row.GetInt64(3)}"),
            Attempt = row.GetInt32(0),
            ObjectNo = row.GetInt32(1),
            SqlState = Text(row, 4),
            Constraint = Text(row, 5),
            Column = Text(row, 6),
            Sentence = row.GetString(7),
            Waiting = row.GetBoolean(8),
            At = row.GetFieldValue<DateTimeOffset>(9),
            Key = row.IsDBNull(17) ? null : [.. key.Zip(Texts(row, 17), (at, value) => new KeyValuePair<string, string?>(fields[at], value))],
            Conflict = Text(row, 16) is { } kind
                ? new LoggedConflict(kind, Conflicting([.. fields, .. Json(row, 15)], Texts(row, 18), Texts(row, 19), Texts(row, 20))) : null,
        };
        return new RejectRow(reject, row.IsDBNull(10) ? null : row.GetFieldValue<byte[]>(10), fields, row.IsDBNull(14) ? null : Json(row, 14), key);
    }

    // Of a record that was changed, those that the job changed; of one that it inserted or deleted, all.
    static IReadOnlyList<ConflictingField> Conflicting(List<string> fields, string?[] before, string?[] written, string?[] now) =>
    [
        .. fields.Select((name, at) => new ConflictingField(name, before.ElementAtOrDefault(at), written.ElementAtOrDefault(at), now.ElementAtOrDefault(at)))
            .Where(field => before.Length == 0 || written.Length == 0 || field.Before != field.Written),
    ];

    static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    static string?[] Texts(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? [] : row.GetFieldValue<string?[]>(at);

    static string[] Json(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? [] : JsonSerializer.Deserialize<string[]>(row.GetString(at))!;

    static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
