using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>What a table consists of, and what hangs on it.</summary>
sealed record TableExtras
{
    /// <summary>What could not be made anew for a table that takes its place, in words.</summary>
    public required IReadOnlyList<string> Obstacles { get; init; }

    /// <summary>Its foreign keys: name, definition, columns, and whether it refers to itself.</summary>
    public required IReadOnlyList<(string Name, string Definition, string[] Columns, bool Self)> References { get; init; }

    /// <summary>What is made of the values of columns, and of which. It may not be possible with those of another type.</summary>
    public required IReadOnlyList<ColumnUse> Uses { get; init; }

    /// <summary>Its columns, checks, foreign keys and indexes: all that each is, by what it is called.</summary>
    public required IReadOnlyDictionary<string, string> Parts { get; init; }

    /// <summary>Rights on it: to whom, which, on which column if not on all, and whether they may be passed on.</summary>
    public required IReadOnlyList<(string? Role, string Right, string? Column, bool Grantable)> Grants { get; init; }

    public required string Owner { get; init; }

    public required string? Comment { get; init; }

    public required string? Options { get; init; }

    public required string? Tablespace { get; init; }

    public static async Task<TableExtras> ReadAsync(NpgsqlConnection connection, QualifiedName table, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in (string[])[Obstacle, Reference, Use, Part, Grant, Rest])
        {
            var command = new NpgsqlBatchCommand($"""
                WITH me AS (SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2)
                {sql}
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table.Schema });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table.Name });
            batch.BatchCommands.Add(command);
        }

        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var obstacles = await ListAsync(row, r => r.GetString(0), cancellationToken);
        var references = await ListAsync(
            row, r => (r.GetString(0), r.GetString(1), r.GetFieldValue<string[]>(2), r.GetBoolean(3)), cancellationToken);
        var uses = await ListAsync(
            row, r => new ColumnUse(r.GetString(0), r.GetFieldValue<string[]>(1), Enum.Parse<ColumnUseKind>(r.GetString(2))),
            cancellationToken);
        var parts = await ListAsync(row, r => (r.GetString(0), r.GetString(1)), cancellationToken);
        var grants = await ListAsync(row, r => (Text(r, 0), r.GetString(1), Text(r, 2), r.GetBoolean(3)), cancellationToken);
        var rest = (await ListAsync(row, r => (r.GetString(0), Text(r, 1), Text(r, 2), Text(r, 3)), cancellationToken)).Single();
        return new TableExtras
        {
            Obstacles = obstacles,
            References = references,
            Uses = uses,
            Parts = parts.ToDictionary(),
            Grants = grants,
            Owner = rest.Item1,
            Comment = rest.Item2,
            Options = rest.Item3,
            Tablespace = rest.Item4,
        };
    }

    // Whatever names the table by its number would go on naming the old one.
    const string Obstacle = """
        SELECT DISTINCT what FROM me CROSS JOIN LATERAL (
            SELECT 'it is a partition or has partitions or children' AS what
            WHERE relkind = 'p' OR relispartition OR EXISTS (SELECT FROM pg_inherits WHERE me.oid IN (inhrelid, inhparent))
            UNION ALL
            SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d
            WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = me.oid AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)
            UNION ALL
            SELECT format('%s uses its row type', pg_describe_object(d.classid, d.objid, d.objsubid)) FROM pg_depend d JOIN pg_type t ON t.oid IN (me.reltype, (SELECT typarray FROM pg_type WHERE oid = me.reltype))
            WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid AND d.deptype = 'n'
            UNION ALL
            SELECT format('foreign key "%s" of %s', conname, conrelid::regclass) FROM pg_constraint
            WHERE contype = 'f' AND confrelid = me.oid AND conrelid <> me.oid
            UNION ALL
            SELECT format('trigger "%s"', tgname) FROM pg_trigger WHERE tgrelid = me.oid AND NOT tgisinternal
            UNION ALL
            SELECT format('policy "%s"', polname) FROM pg_policy WHERE polrelid = me.oid
            UNION ALL
            SELECT 'row security' WHERE relrowsecurity
            UNION ALL
            SELECT format('publication "%s"', pubname) FROM pg_publication_tables WHERE schemaname = $1 AND tablename = $2
            UNION ALL
            SELECT 'it is unlogged' WHERE relpersistence <> 'p'
            UNION ALL
            SELECT 'its replica identity' WHERE relreplident <> 'd'
            UNION ALL
            SELECT format('statistics "%s"', stxname) FROM pg_statistic_ext WHERE stxrelid = me.oid
            UNION ALL
            SELECT format('column "%s" is generated', attname) FROM pg_attribute WHERE attrelid = me.oid AND attgenerated <> '' AND NOT attisdropped
            UNION ALL
            SELECT format('column "%s" takes its values from a sequence', a.attname) FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = me.oid AND d.deptype IN ('a', 'i')) o
        ORDER BY what
        """;

    const string Reference = """
        SELECT k.conname::text, pg_get_constraintdef(k.oid),
               (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = me.oid AND a.attnum = ANY (k.conkey)), k.confrelid = me.oid
        FROM me JOIN pg_constraint k ON k.conrelid = me.oid AND k.contype = 'f' AND k.conparentid = 0 ORDER BY k.conname
        """;

    const string Use = """
        SELECT u.what, ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = me.oid AND a.attnum = ANY (u.columns)), u.kind
        FROM me CROSS JOIN LATERAL (
            SELECT format('check "%s"', conname) AS what, conkey AS columns, 'Expression' AS kind
            FROM pg_constraint WHERE conrelid = me.oid AND contype = 'c'
            UNION ALL
            SELECT format('foreign key "%s"', conname), CASE WHEN confrelid = me.oid THEN conkey || confkey ELSE conkey END, 'Expression'
            FROM pg_constraint WHERE conrelid = me.oid AND contype = 'f' AND conparentid = 0
            UNION ALL
            SELECT format('index "%s"', c.relname),
                   i.indkey::int2[] || ARRAY(
                       SELECT d.refobjsubid::int2 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = me.oid AND d.refobjsubid > 0),
                   CASE WHEN EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY (i.indclass::oid[]) AND NOT o.opcdefault) THEN 'Operators'
                        WHEN i.indexprs IS NULL AND i.indpred IS NULL AND m.amname = 'btree' THEN 'Order' ELSE 'Expression' END
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam WHERE i.indrelid = me.oid) u
        ORDER BY u.what
        """;

    // An index that a failed build has left holds nothing, and whether old rows were validated is none of the new table's.
    const string Part = """
        SELECT p.what, p.definition FROM me CROSS JOIN LATERAL (
            SELECT format('column "%s"', a.attname) AS what,
                   concat_ws(' ', format_type(a.atttypid, a.atttypmod), nullif(a.attcollation, 0)::regcollation,
                             CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid)) AS definition
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = me.oid AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT format('%s "%s"', CASE contype WHEN 'c' THEN 'check' ELSE 'foreign key' END, conname),
                   regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')
            FROM pg_constraint WHERE conrelid = me.oid AND contype IN ('c', 'f') AND conparentid = 0
            UNION ALL
            SELECT format('index "%s"', c.relname),
                   concat_ws(' ', pg_get_indexdef(c.oid), CASE WHEN NOT i.indimmediate THEN 'DEFERRABLE' END)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = me.oid AND i.indisvalid) p
        """;

    const string Grant = """
        SELECT CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee)::text END, x.privilege_type, g.attname::text, x.is_grantable
        FROM me CROSS JOIN LATERAL (
            SELECT NULL::name AS attname, me.relacl AS acl
            UNION ALL
            SELECT attname, attacl FROM pg_attribute WHERE attrelid = me.oid AND attnum > 0 AND NOT attisdropped) g
        CROSS JOIN LATERAL aclexplode(g.acl) x
        WHERE x.grantee <> me.relowner ORDER BY 1, 2, 3
        """;

    const string Rest = """
        SELECT pg_get_userbyid(relowner)::text, obj_description(me.oid, 'pg_class'), array_to_string(me.reloptions, ', '),
               (SELECT spcname::text FROM pg_tablespace WHERE oid = reltablespace)
        FROM me
        """;

    static string? Text(NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    static async Task<List<T>> ListAsync<T>(NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        while (await row.ReadAsync(cancellationToken)) list.Add(read(row));
        await row.NextResultAsync(cancellationToken);
        return list;
    }
}
