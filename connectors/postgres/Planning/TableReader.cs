using Headgate.Connectors.Postgres.Destinations;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Reads what hangs on tables: foreign keys, triggers, rules.</summary>
sealed class TableReader(NpgsqlConnection connection, IReadOnlyDictionary<long, QualifiedName> tables)
{
    public async Task<List<(QualifiedName Child, QualifiedName Parent)>> ReadReferencesAsync(CancellationToken cancellationToken)
    {
        var references = new List<(QualifiedName Child, QualifiedName Parent)>();
        await ReadAsync(
            """
            SELECT conrelid::bigint, confrelid::bigint FROM pg_constraint
            WHERE contype = 'f' AND conrelid = ANY($1::oid[]) AND confrelid = ANY($1::oid[])
            """,
            r => references.Add((tables[r.GetInt64(0)], tables[r.GetInt64(1)])), cancellationToken);
        return references;
    }

    /// <summary>Of the table and of its partitions. Bits of tgtype: 1 row, 2 before, 4 insert, 16 update, 64 instead.</summary>
    public async Task<Dictionary<long, List<TableTrigger>>> ReadTriggersAsync(CancellationToken cancellationToken)
    {
        var triggers = new Dictionary<long, List<TableTrigger>>();
        await ReadAsync(
            """
            WITH RECURSIVE tree(root, oid) AS (
                SELECT r.oid, r.oid FROM unnest($1::oid[]) AS r(oid)
                UNION
                SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
            SELECT t.root::bigint, g.tgname::text, bool_or(g.tgtype & 1 <> 0 AND g.tgtype & 66 <> 0)
            FROM tree t JOIN pg_trigger g ON g.tgrelid = t.oid
            WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND g.tgtype & 20 <> 0
            GROUP BY t.root, g.tgname ORDER BY t.root, g.tgname
            """,
            r => Add(triggers, r.GetInt64(0), new TableTrigger(r.GetString(1), r.GetBoolean(2))), cancellationToken);
        return triggers;
    }

    /// <summary>Foreign keys of any table that do more than refuse when a column they refer to is updated.</summary>
    public async Task<Dictionary<long, List<UpdateCascade>>> ReadCascadesAsync(CancellationToken cancellationToken)
    {
        var cascades = new Dictionary<long, List<UpdateCascade>>();
        await ReadAsync(
            """
            SELECT k.confrelid::bigint, k.conname::text, k.conrelid::regclass::text, array_agg(a.attname::text)
            FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = ANY(k.confkey)
            WHERE k.contype = 'f' AND k.confupdtype IN ('c', 'n', 'd') AND k.confrelid = ANY($1::oid[])
            GROUP BY k.oid, k.confrelid, k.conname, k.conrelid ORDER BY k.confrelid, k.conname
            """,
            r => Add(cascades, r.GetInt64(0), new UpdateCascade(r.GetString(1), r.GetString(2), r.GetFieldValue<string[]>(3))), cancellationToken);
        return cascades;
    }

    public async Task<Dictionary<long, string>> ReadRulesAsync(CancellationToken cancellationToken)
    {
        var rules = new Dictionary<long, string>();
        await ReadAsync(
            """
            SELECT ev_class::bigint, min(rulename::text) FROM pg_rewrite
            WHERE ev_class = ANY($1::oid[]) AND ev_type IN ('2', '3') AND ev_enabled IN ('O', 'A') GROUP BY ev_class
            """,
            r => rules.Add(r.GetInt64(0), r.GetString(1)), cancellationToken);
        return rules;
    }

    /// <summary>Rules, triggers and foreign keys that do something when rows are deleted. Bit 8 of tgtype: delete.</summary>
    public async Task<Dictionary<long, DeleteEffect>> ReadDeletesAsync(CancellationToken cancellationToken)
    {
        var effects = new Dictionary<long, DeleteEffect>();
        await ReadAsync(
            """
            WITH RECURSIVE tree(root, oid) AS (
                SELECT r.oid, r.oid FROM unnest($1::oid[]) AS r(oid)
                UNION
                SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
            SELECT DISTINCT ON (t.root) t.root::bigint, e.what, e.allowable
            FROM tree t CROSS JOIN LATERAL (
                SELECT format('are changed by rule "%s"', rulename) AS what, false AS allowable FROM pg_rewrite
                WHERE ev_class = t.oid AND ev_type = '4' AND ev_enabled IN ('O', 'A')
                UNION ALL
                SELECT format('fire trigger "%s", which may write elsewhere', tgname), true FROM pg_trigger
                WHERE tgrelid = t.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 8 <> 0
                UNION ALL
                SELECT format('cascade through constraint "%s" of %s', conname, conrelid::regclass), true FROM pg_constraint
                WHERE contype = 'f' AND confrelid = t.oid AND confdeltype IN ('c', 'n', 'd')) e
            ORDER BY t.root, e.allowable, e.what
            """,
            r => effects.Add(r.GetInt64(0), new DeleteEffect(r.GetString(1), r.GetBoolean(2))), cancellationToken);
        return effects;
    }

    /// <summary>Views, triggers, policies, generated columns and partition keys that name a column: it cannot change its type below them.</summary>
    public async Task<Dictionary<(long Table, string Column), string>> ReadHoldersAsync(CancellationToken cancellationToken)
    {
        var holders = new Dictionary<(long, string), string>();
        await ReadAsync(
            """
            SELECT DISTINCT ON (a.attrelid, a.attnum) a.attrelid::bigint, a.attname::text, h.what
            FROM pg_attribute a CROSS JOIN LATERAL (
                SELECT pg_describe_object(d.classid, d.objid, 0) AS what FROM pg_depend d
                WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
                  AND (d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass)
                       OR d.classid = 'pg_attrdef'::regclass AND EXISTS (
                           SELECT FROM pg_attrdef f JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum
                           WHERE f.oid = d.objid AND g.attgenerated <> ''))
                UNION ALL
                SELECT 'the partition key' FROM pg_partitioned_table p WHERE p.partrelid = a.attrelid AND a.attnum = ANY (p.partattrs::int2[])
                UNION ALL
                SELECT 'the table that it inherits from' WHERE a.attinhcount > 0) h
            WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum, h.what
            """,
            r => holders.Add((r.GetInt64(0), r.GetString(1)), r.GetString(2)), cancellationToken);
        return holders;
    }

    /// <summary>Columns by whose values a row cannot be told from others: neither have they hashes nor one text each.</summary>
    public async Task<Dictionary<(long Table, string Column), string>> ReadUnhashedAsync(CancellationToken cancellationToken)
    {
        var types = new Dictionary<(long, string), string>();
        await ReadAsync(
            $"""
            WITH RECURSIVE base(type, oid) AS (
                SELECT atttypid, atttypid FROM pg_attribute WHERE attrelid = ANY($1::oid[]) AND attnum > 0 AND NOT attisdropped
                UNION
                SELECT base.type, d.typbasetype FROM base JOIN pg_type d ON d.oid = base.oid AND d.typtype = 'd')
            SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute a JOIN base ON base.type = a.atttypid
            JOIN pg_type b ON b.oid = base.oid AND b.typtype <> 'd' JOIN pg_namespace n ON n.oid = b.typnamespace
            WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND NOT {FieldShapes.Hashable}
              AND NOT (n.nspname = 'pg_catalog' AND b.typname IN ('bit', 'varbit', 'cidr', 'money', 'tsvector'))
            """,
            r => types.Add((r.GetInt64(0), r.GetString(1)), r.GetString(2)), cancellationToken);
        return types;
    }

    async Task ReadAsync(string query, Action<NpgsqlDataReader> take, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = tables.Keys.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            take(reader);
    }

    static void Add<T>(Dictionary<long, List<T>> lists, long table, T item)
    {
        if (!lists.TryGetValue(table, out var list)) lists[table] = list = [];
        list.Add(item);
    }
}
