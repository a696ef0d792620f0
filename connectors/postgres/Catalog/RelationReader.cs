using Headgate.Connectors.Postgres.Planning;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Reads relations, their columns, types and unique indexes: a handful of queries however many there are.</summary>
static class RelationReader
{
    /// <summary>The relations that exist, by name. The connection needs a transaction with search_path pg_catalog.</summary>
    public static async Task<Dictionary<QualifiedName, CatalogRelation>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<QualifiedName> names, CancellationToken cancellationToken)
    {
        var relations = await ReadRelationsAsync(connection, names, cancellationToken);
        var byOid = relations.Values.ToDictionary(r => r.Oid);
        await ReadTreesAsync(connection, byOid, cancellationToken);
        await ColumnReader.ReadAsync(connection, byOid, cancellationToken);
        await ReadUniqueIndexesAsync(connection, byOid, cancellationToken);
        return relations;
    }

    static async Task<Dictionary<QualifiedName, CatalogRelation>> ReadRelationsAsync(
        NpgsqlConnection connection, IReadOnlyCollection<QualifiedName> names, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT c.oid::bigint, n.nspname::text, c.relname::text, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                   c.relkind::text, c.relrowsecurity, pg_has_role(c.relowner, 'USAGE'), o.rolname::text, o.rolsuper
            FROM unnest($1::text[], $2::text[]) AS w(schema, name)
            JOIN pg_namespace n ON n.nspname = w.schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
            JOIN pg_roles o ON o.oid = c.relowner
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """, connection)
        {
            Parameters =
            {
                new() { Value = names.Select(n => n.Schema).ToArray() },
                new() { Value = names.Select(n => n.Name).ToArray() },
            },
        };
        var relations = new Dictionary<QualifiedName, CatalogRelation>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = new QualifiedName(reader.GetString(1), reader.GetString(2));
            relations[name] = new CatalogRelation
            {
                Oid = reader.GetInt64(0),
                Name = name,
                Sql = reader.GetString(3),
                Kind = reader.GetString(4)[0],
                RowSecurity = reader.GetBoolean(5),
                Owned = reader.GetBoolean(6),
                Owner = new CatalogOwner(reader.GetString(7), reader.GetBoolean(8)),
            };
        }

        return relations;
    }

    /// <summary>Rows live in the leaves. A leaf that was never analyzed has an unknown count unless it has no block at all.</summary>
    static async Task ReadTreesAsync(NpgsqlConnection connection, Dictionary<long, CatalogRelation> byOid, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE tree(root, oid) AS (
                SELECT r.oid, r.oid FROM unnest($1::oid[]) AS r(oid)
                UNION
                SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid),
            here AS (
                SELECT pg_postmaster_start_time() || '/' || d.oid || '/' AS place
                FROM pg_database d WHERE d.datname = current_database()),
            leaf AS (
                SELECT t.root, t.oid, t.oid <> t.root AS child, c.relkind, a.amname,
                       CASE WHEN c.relkind = 'p' THEN 0
                            WHEN c.reltuples > 0 THEN c.reltuples
                            WHEN c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) = 0 THEN 0
                            WHEN c.reltuples = 0 AND c.relpages > 0 THEN 0
                            ELSE -1 END AS estimate,
                       CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) ELSE 0 END AS bytes,
                       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
                       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
                       has_table_privilege(c.oid, 'DELETE') AS deletable,
                       coalesce((SELECT has_column_privilege(c.oid, m.attnum, 'UPDATE') FROM pg_attribute m
                                 WHERE m.attrelid = c.oid AND m.attname = $2 AND NOT m.attisdropped), true) AS markable
                FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_am a ON a.oid = c.relam)
            SELECT root::bigint, count(*) FILTER (WHERE child)::int,
                   bool_and(relkind = 'p' OR (relkind IN ('r', 'm') AND amname = 'heap')),
                   CASE WHEN min(estimate) < 0 THEN -1 ELSE sum(estimate)::bigint END, coalesce(sum(bytes), 0)::bigint,
                   min(name) FILTER (WHERE relkind = 'r' AND NOT (readable AND deletable)),
                   min(name) FILTER (WHERE relkind = 'r' AND NOT (readable AND markable)),
                   array_agg(place || leaf.oid)
            FROM leaf, here GROUP BY root
            """, connection)
        {
            Parameters = { new() { Value = byOid.Keys.ToArray() }, new() { Value = VanishedRules.Mark } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var relation = byOid[reader.GetInt64(0)];
            relation.Children = reader.GetInt32(1);
            relation.Heap = reader.GetBoolean(2);
            relation.EstimatedRows = reader.GetInt64(3);
            relation.Bytes = reader.GetInt64(4);
            relation.Undeletable = reader.IsDBNull(5) ? null : reader.GetString(5);
            relation.Unmarkable = reader.IsDBNull(6) ? null : reader.GetString(6);
            relation.Tables = reader.GetFieldValue<string[]>(7);
        }
    }

    static async Task ReadUniqueIndexesAsync(
        NpgsqlConnection connection, Dictionary<long, CatalogRelation> byOid, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT i.indrelid::bigint, array_agg(a.attname::text ORDER BY k.ord) FILTER (WHERE k.ord <= i.indnkeyatts),
                   coalesce(array_agg(a.attname::text) FILTER (WHERE k.ord > i.indnkeyatts), '{}'),
                   bool_and(a.attnotnull) FILTER (WHERE k.ord <= i.indnkeyatts)
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, ord)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = ANY($1::oid[]) AND i.indisunique AND i.indisvalid AND i.indisready AND i.indimmediate
              AND NOT i.indisexclusion
              AND i.indpred IS NULL AND i.indexprs IS NULL
            GROUP BY i.indrelid, i.indexrelid
            """, connection)
        {
            Parameters = { new() { Value = byOid.Keys.ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var columns = reader.GetFieldValue<string[]>(1);
            byOid[reader.GetInt64(0)].UniqueIndexes.Add(new UniqueIndex(columns, reader.GetFieldValue<string[]>(2), reader.GetBoolean(3)));
        }
    }
}
