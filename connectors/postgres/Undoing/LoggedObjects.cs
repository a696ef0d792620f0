using System.Text.Json;
using Headgate.Connectors.Postgres.Planning;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Reads what a job's attempts have kept of an object.</summary>
static class LoggedObjects
{
    // Columns that came later are asked for so that their lack is no error. Of the reads of an attempt the last one has deleted rows.
    const string Sql = """
        SELECT o.attempt, o.table_name, o.fields::text, o.key, pg_catalog.to_jsonb(o) ->> 'staged',
               coalesce(pg_catalog.to_jsonb(o) ->> 'rest_fields', f.rest_fields), coalesce(pg_catalog.to_jsonb(o) ->> 'rest_types', f.rest_types)
        FROM headgate.job_object o LEFT JOIN LATERAL (
            SELECT pg_catalog.to_json(r.rest_fields)::text AS rest_fields, pg_catalog.to_json(r.rest_types)::text AS rest_types
            FROM headgate.full_read r WHERE r.job_id = o.job_id AND r.attempt = o.attempt AND r.object_no = o.object_no
            ORDER BY r.read_no DESC LIMIT 1) f ON true
        WHERE o.job_id = $1 AND o.object_no = $2 ORDER BY o.attempt
        """;

    /// <returns>By attempt; none: the job never came to write to it.</returns>
    public static async Task<IReadOnlyList<LoggedObject>> ReadAsync(
        NpgsqlConnection connection, Guid jobId, int objectNo, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = objectNo });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<LoggedObject>();
        while (await reader.ReadAsync(cancellationToken)) found.Add(Read(reader));
        return found;
    }

    static LoggedObject Read(NpgsqlDataReader reader)
    {
        var fields = JsonSerializer.Deserialize<JsonElement>(reader.GetString(2)).EnumerateArray()
            .Select(field => (field.GetProperty("name").GetString()!, field.GetProperty("type").GetString()!)).ToList();
        var (names, types) = (Texts(reader, 5), Texts(reader, 6));
        return new LoggedObject
        {
            Attempt = reader.GetInt32(0),
            Table = reader.GetString(1),
            Fields = fields,
            Key = [.. reader.GetFieldValue<short[]>(3).Select(at => at - 1)],
            // A mark is logged and not staged.
            Staged = reader.IsDBNull(4) ? fields.Count - (fields[^1].Item1 == VanishedRules.Mark ? 1 : 0) : Texts(reader, 4).Length,
            Rest = [.. names.Zip(types)],
        };
    }

    static string[] Texts(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? [] : JsonSerializer.Deserialize<string[]>(reader.GetString(column))!;
}
