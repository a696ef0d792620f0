using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>What the log of a job consists of, at a destination whose schema headgate may be of an earlier version.</summary>
/// <param name="Objects">Of each attempt that was launched.</param>
/// <param name="HasNumbers">Whether blocks have numbers among those of groups.</param>
sealed record LoggedJob(IReadOnlyList<LoggedObject> Objects, bool HasNumbers)
{
    public static async Task<LoggedJob> ReadAsync(LogSession session, Guid job, CancellationToken cancellationToken)
    {
        var (isThere, hasReads, hasNumbers) = await LookAsync(session, cancellationToken);
        return new LoggedJob(isThere ? await ObjectsAsync(session, job, hasReads, cancellationToken) : [], hasNumbers);
    }

    static async Task<(bool IsThere, bool HasReads, bool HasNumbers)> LookAsync(LogSession session, CancellationToken cancellationToken)
    {
        await using var command = session.Command("""
            SELECT pg_catalog.to_regclass('headgate.change_block') IS NOT NULL, pg_catalog.to_regclass('headgate.full_read') IS NOT NULL,
                   EXISTS (SELECT FROM pg_catalog.pg_attribute
                           WHERE attrelid = pg_catalog.to_regclass('headgate.change_block') AND attname = 'seq' AND NOT attisdropped)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2));
    }

    // By way of JSON: earlier versions have no such columns.
    static async Task<IReadOnlyList<LoggedObject>> ObjectsAsync(LogSession session, Guid job, bool hasReads, CancellationToken cancellationToken)
    {
        var ofReads = hasReads
            ? """
              (SELECT f.rest_fields FROM headgate.full_read f WHERE f.job_id = o.job_id AND f.attempt = o.attempt AND f.object_no = o.object_no
               ORDER BY f.read_no DESC LIMIT 1)
              """
            : "NULL::text[]";
        await using var command = session.Command($"""
            SELECT o.attempt, o.object_no, o.table_name, o.key,
                   ARRAY(SELECT f.value ->> 'name' FROM jsonb_array_elements(o.fields) WITH ORDINALITY AS f (value, place) ORDER BY f.place),
                   coalesce({TextsOf("rest_fields")}, {ofReads}, '{"{}"}'),
                   {TextsOf("staged")},
                   ARRAY(SELECT f.value ->> 'type' FROM jsonb_array_elements(o.fields) WITH ORDINALITY AS f (value, place) ORDER BY f.place)
            FROM headgate.job_object o WHERE o.job_id = $1 ORDER BY o.attempt, o.object_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = job });
        var found = new List<LoggedObject>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new LoggedObject
            {
                Attempt = reader.GetInt32(0),
                ObjectNo = reader.GetInt32(1),
                Table = reader.GetString(2),
                Key = [.. reader.GetFieldValue<short[]>(3).Select(place => place - 1)],
                Fields = reader.GetFieldValue<string[]>(4),
                Rest = reader.GetFieldValue<string[]>(5),
                Staged = reader.GetFieldValue<string[]>(reader.IsDBNull(6) ? 7 : 6),
                HasStaged = !reader.IsDBNull(6),
                Types = reader.GetFieldValue<string[]>(7),
            });
        }

        return found;
    }

    static string TextsOf(string column) => $"""
        CASE WHEN jsonb_typeof(to_jsonb(o) -> '{column}') = 'array' THEN ARRAY(
            SELECT e.value FROM jsonb_array_elements_text(to_jsonb(o) -> '{column}') WITH ORDINALITY AS e (value, place) ORDER BY e.place) END
        """;
}
