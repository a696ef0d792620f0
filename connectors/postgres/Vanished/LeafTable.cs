using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>A table that holds rows of an object: its own, or a partition of it.</summary>
/// <param name="Oid">Its number, in the order of which a scan goes through them.</param>
/// <param name="Sql">Its name in SQL spelling.</param>
/// <param name="FirstBlock">The first block that is not gone through yet.</param>
sealed record LeafTable(long Oid, string Sql, long FirstBlock)
{
    /// <summary>
    /// Where a scan goes on; null: it is through. Of a table that grows meanwhile the end moves: rows that are marked are written again, at
    /// the end, and are passed over there.
    /// </summary>
    public static async Task<LeafTable?> NextAsync(
        FencedTransaction transaction, string table, (long Leaf, long Block) next, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            WITH RECURSIVE tree (oid) AS (
                SELECT pg_catalog.to_regclass($1)::oid
                UNION
                SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
            SELECT c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname), CASE WHEN c.oid::bigint = $2 THEN $3 ELSE 0 END
            FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.oid::bigint >= $2
              AND pg_relation_size(c.oid) > CASE WHEN c.oid::bigint = $2 THEN $3 ELSE 0 END * current_setting('block_size')::bigint
            ORDER BY c.oid LIMIT 1
            """,
            new NpgsqlParameter<string> { TypedValue = table }, new NpgsqlParameter<long> { TypedValue = next.Leaf },
            new NpgsqlParameter<long> { TypedValue = next.Block });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new LeafTable(row.GetInt64(0), row.GetString(1), row.GetInt64(2)) : null;
    }
}
