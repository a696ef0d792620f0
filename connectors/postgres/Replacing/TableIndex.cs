using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>An index of a table.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Definition">All that it is besides its name and its table's.</param>
/// <param name="Shape">The same without what depends on the types of columns.</param>
sealed record TableIndex(long Oid, string Name, string Definition, string Shape)
{
    public static async Task<IReadOnlyList<TableIndex>> ReadAsync(
        FencedTransaction transaction, string table, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT c.oid::bigint, c.relname::text,
                   i.indisunique || ' ' || i.indisprimary || substring(pg_get_indexdef(c.oid) FROM position(' USING ' IN pg_get_indexdef(c.oid))),
                   i.indisunique || ' ' || i.indisprimary || ' ' || c.relam || ' ' || (i.indpred IS NULL) || ' ' || ARRAY(
                       SELECT coalesce(a.attname::text, '(expression)') FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, no)
                       LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.no)::text
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = pg_catalog.to_regclass($1) ORDER BY c.oid
            """, new NpgsqlParameter<string> { TypedValue = table });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var indexes = new List<TableIndex>();
        while (await row.ReadAsync(cancellationToken)) indexes.Add(new TableIndex(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)));
        return indexes;
    }
}
