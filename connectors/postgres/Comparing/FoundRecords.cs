using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>Single records among those that a comparison has found.</summary>
static class FoundRecords
{
    /// <summary>The first ones: of a mistake in the mapping they are the same for all fields, and do for all of them.</summary>
    public static async Task<IReadOnlyList<SampledRecord>> SampleAsync(
        NpgsqlConnection connection, ObjectPlan plan, SampleOrder order, CancellationToken cancellationToken)
    {
        var wanted = plan.Fields.Index().Where(field => order.Fields.ContainsKey(field.Item.Name)).ToList();
        await using var command = new NpgsqlCommand(Sql(plan), connection)
        {
            Parameters =
            {
                Numbers(wanted.Select(field => field.Index + 1)),
                Numbers(wanted.Select(field => order.Fields[field.Item.Name])),
                new NpgsqlParameter<int> { TypedValue = order.Inserts },
                new NpgsqlParameter<int> { TypedValue = order.Length },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var records = new List<SampledRecord>();
        while (await reader.ReadAsync(cancellationToken)) records.Add(Read(reader, plan));
        return records;
    }

    static SampledRecord Read(NpgsqlDataReader reader, ObjectPlan plan)
    {
        var (isThere, differs, key) = (reader.GetBoolean(0), reader.GetFieldValue<bool[]>(1), reader.GetFieldValue<string?[]>(2));
        var (before, after, lengths) = (reader.GetFieldValue<string?[]>(3), reader.GetFieldValue<string?[]>(4), reader.GetFieldValue<int[]>(5));
        return new SampledRecord
        {
            IsInsert = !isThere,
            Key = [.. plan.Key.Select((at, i) => KeyValuePair.Create(plan.Fields[at].Name, key[i]))],
            Fields =
            [
                .. plan.Fields.Index().Where(field => !isThere || differs[field.Index])
                    .Select(field => new LoggedField(field.Item.Name, before[field.Index], after[field.Index], lengths[field.Index])),
            ],
        };
    }

    static string Sql(ObjectPlan plan) => $"""
        WITH chosen (place) AS (
            SELECT f.place FROM unnest($1, $2) AS w (i, n)
            CROSS JOIN LATERAL (
                SELECT h.ctid AS place FROM pg_temp.hg_found h WHERE h.present AND h.differs[w.i] ORDER BY h.ctid LIMIT w.n) f
            UNION (SELECT h.ctid FROM pg_temp.hg_found h WHERE NOT h.present ORDER BY h.ctid LIMIT $3))
        SELECT h.present, h.differs, ARRAY[{string.Join(", ", plan.Key.Select(at => $"h.after[{at + 1}]"))}]::text[],
               ARRAY(SELECT {Shown("v")} FROM pg_catalog.unnest(h.before) WITH ORDINALITY AS u (v, i) ORDER BY u.i),
               ARRAY(SELECT {Shown("v")} FROM pg_catalog.unnest(h.after) WITH ORDINALITY AS u (v, i) ORDER BY u.i),
               ARRAY(SELECT CASE WHEN greatest(pg_catalog.length(u.b), pg_catalog.length(u.a)) > $4
                                 THEN greatest(pg_catalog.octet_length(u.b), pg_catalog.octet_length(u.a)) ELSE 0 END
                     FROM unnest(h.before, h.after) WITH ORDINALITY AS u (b, a, i) ORDER BY u.i)
        FROM chosen c JOIN pg_temp.hg_found h ON h.ctid = c.place ORDER BY h.ctid
        """;

    static string Shown(string value) => $"CASE WHEN NOT h.present OR h.differs[u.i::int] THEN pg_catalog.left(u.{value}, $4) END";

    static NpgsqlParameter Numbers(IEnumerable<int> numbers) =>
        new() { Value = numbers.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}
