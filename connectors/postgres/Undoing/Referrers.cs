using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Reads the foreign keys that refer to a table.</summary>
static class Referrers
{
    // Of a key that refers to a partitioned table, or from one, the catalog has a copy for each partition; the first of them says all.
    const string Sql = """
        WITH RECURSIVE tree(oid) AS (
            SELECT pg_catalog.to_regclass($1)::oid
            UNION
            SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
        SELECT k.conname::text, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
               (SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY x.no)
                FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY x (num, no)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num),
               (SELECT pg_catalog.array_agg(pg_catalog.format('OPERATOR(%I.%s)', s.nspname, o.oprname) ORDER BY x.no)
                FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY x (num, no) JOIN pg_catalog.pg_operator o ON o.oid = x.num
                JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace),
               (SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY x.no)
                FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY x (num, no)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num),
               k.conrelid IN (SELECT oid FROM tree), k.confdeltype IN ('c', 'n', 'd'),
               NOT c.relrowsecurity AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM tree)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = k.conparentid AND p.confrelid IN (SELECT oid FROM tree))
        ORDER BY 2, 1
        """;

    public static async Task<IReadOnlyList<Referrer>> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Referrer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (operators, referring) = (reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4));
            var pairs = reader.GetFieldValue<string[]>(2).Select((referred, at) => (referred, operators[at], referring[at])).ToList();
            found.Add(new Referrer(
                reader.GetString(0), reader.GetString(1), pairs, IsOwn: reader.GetBoolean(5), Carries: reader.GetBoolean(6), Visible: reader.GetBoolean(7)));
        }

        return found;
    }
}
