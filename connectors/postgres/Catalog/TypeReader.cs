using Npgsql;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Reads types with what they are made of.</summary>
static class TypeReader
{
    public static async Task<TypeSet> ReadAsync(
        NpgsqlConnection connection, IEnumerable<(long Type, int Modifier)> wanted, CancellationToken cancellationToken)
    {
        var pairs = wanted.Distinct().ToArray();
        var rows = await ReadRowsAsync(connection, pairs.Select(p => p.Type).Distinct().ToArray(), cancellationToken);
        var labels = await ReadLabelsAsync(connection, rows.Values.Where(r => r.Type == 'e').Select(r => r.Oid).ToArray(), cancellationToken);
        var types = new TypeSet(rows, labels);
        foreach (var (type, modifier) in pairs)
            types.Want(type, modifier);
        await ReadSpellingAsync(connection, types, cancellationToken);
        return types;
    }

    static async Task<Dictionary<long, TypeRow>> ReadRowsAsync(NpgsqlConnection connection, long[] types, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE needed(oid) AS (
                SELECT unnest($1::oid[])
                UNION
                SELECT m.oid FROM needed d JOIN pg_type t ON t.oid = d.oid
                CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) AS m(oid) WHERE m.oid <> 0)
            SELECT t.oid::bigint, n.nspname::text, t.typname::text, t.typtype::text, t.typbasetype::bigint, t.typtypmod, t.typnotnull,
                   t.typdefault IS NOT NULL, CASE WHEN e.typarray = t.oid THEN t.typelem::bigint ELSE 0 END,
                   t.typsend <> 0::oid AND t.typreceive <> 0::oid
            FROM needed d JOIN pg_type t ON t.oid = d.oid JOIN pg_namespace n ON n.oid = t.typnamespace
            LEFT JOIN pg_type e ON e.oid = t.typelem
            """, connection)
        {
            Parameters = { new() { Value = types } },
        };
        var rows = new Dictionary<long, TypeRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var oid = reader.GetInt64(0);
            rows[oid] = new TypeRow
            {
                Oid = oid,
                Schema = reader.GetString(1),
                Name = reader.GetString(2),
                Type = reader.GetString(3)[0],
                Base = reader.GetInt64(4),
                BaseModifier = reader.GetInt32(5),
                NotNull = reader.GetBoolean(6),
                HasDefault = reader.GetBoolean(7),
                Element = reader.GetInt64(8),
                Binary = reader.GetBoolean(9),
            };
        }

        return rows;
    }

    static async Task<Dictionary<long, List<string>>> ReadLabelsAsync(NpgsqlConnection connection, long[] enums, CancellationToken cancellationToken)
    {
        var labels = enums.ToDictionary(e => e, _ => new List<string>());
        if (enums.Length == 0) return labels;
        await using var command = new NpgsqlCommand(
            "SELECT enumtypid::bigint, enumlabel::text FROM pg_enum WHERE enumtypid = ANY($1::oid[]) ORDER BY enumtypid, enumsortorder", connection)
        {
            Parameters = { new() { Value = enums } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            labels[reader.GetInt64(0)].Add(reader.GetString(1));
        return labels;
    }

    static async Task ReadSpellingAsync(NpgsqlConnection connection, TypeSet types, CancellationToken cancellationToken)
    {
        var wanted = types.Wanted.ToArray();
        await using var command = new NpgsqlCommand(
            "SELECT format_type(w.oid, w.modifier) FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS w(oid, modifier, ord) ORDER BY w.ord", connection)
        {
            Parameters =
            {
                new() { Value = wanted.Select(w => w.Type).ToArray() },
                new() { Value = wanted.Select(w => w.Modifier).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        foreach (var (type, modifier) in wanted)
        {
            await reader.ReadAsync(cancellationToken);
            types.Spell(type, modifier, reader.GetString(0));
        }
    }
}
