using Npgsql;

namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>Reads the columns of relations, with their types.</summary>
static class ColumnReader
{
    sealed record Row(long Relation, string Name, long Type, int Modifier, string Sql, bool NotNull, bool Generated, char Identity,
        bool HasDefault, bool Selectable, bool Insertable, bool Updatable, string? Collation, int Number);

    public static async Task ReadAsync(NpgsqlConnection connection, Dictionary<long, CatalogRelation> byOid, CancellationToken cancellationToken)
    {
        var rows = await ReadRowsAsync(connection, byOid.Keys.ToArray(), cancellationToken);
        var types = await TypeReader.ReadAsync(connection, rows.Select(r => (r.Type, r.Modifier)), cancellationToken);
        foreach (var row in rows)
        {
            byOid[row.Relation].Columns.Add(new CatalogColumn
            {
                Name = row.Name,
                Number = row.Number,
                Type = types.Resolve(row.Type, row.Modifier),
                DeclaredSql = row.Sql,
                NotNull = row.NotNull,
                DomainNotNull = types.DomainNotNull(row.Type),
                Generated = row.Generated,
                IdentityAlways = row.Identity == 'a',
                Optional = row.HasDefault || row.Generated || row.Identity != ' ' || types.DomainDefault(row.Type),
                Selectable = row.Selectable,
                Insertable = row.Insertable,
                Updatable = row.Updatable,
                Collation = row.Collation,
            });
        }
    }

    static async Task<List<Row>> ReadRowsAsync(NpgsqlConnection connection, long[] relations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attrelid::bigint, a.attname::text, a.atttypid::bigint, a.atttypmod, format_type(a.atttypid, a.atttypmod),
                   a.attnotnull, a.attgenerated <> '', a.attidentity::text, a.atthasdef,
                   has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
                   has_column_privilege(a.attrelid, a.attnum, 'INSERT'),
                   has_column_privilege(a.attrelid, a.attnum, 'UPDATE'),
                   (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname)
                    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace JOIN pg_type t ON t.oid = a.atttypid
                    WHERE c.oid = a.attcollation AND a.attcollation <> t.typcollation),
                   a.attnum::int
            FROM pg_attribute a
            WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """, connection)
        {
            Parameters = { new() { Value = relations } },
        };
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var identity = reader.GetString(7);
            rows.Add(new Row(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetString(4),
                reader.GetBoolean(5), reader.GetBoolean(6), identity.Length == 0 ? ' ' : identity[0], reader.GetBoolean(8),
                reader.GetBoolean(9), reader.GetBoolean(10), reader.GetBoolean(11),
                reader.IsDBNull(12) ? null : reader.GetString(12), reader.GetInt32(13)));
        }

        return rows;
    }
}
