using System.Collections.Concurrent;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Reads the shapes of a plan's fields, once per plan.</summary>
sealed class FieldShapes
{
    const int Kept = 256;

    /// <summary>
    /// Types whose equal values have equal bytes. char(n) is stored padded, so it belongs here only with its modifier; text only if its
    /// collation is deterministic.
    /// </summary>
    static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "bool", "int2", "int4", "int8", "oid", "date", "time", "timestamp", "timestamptz", "uuid", "bytea",
        "text", "varchar", "name", "char",
    };

    /// <summary>SQL: whether values of a type b in schema n that are equal have hashes that are.</summary>
    public const string Hashable = """
        (EXISTS (SELECT FROM pg_catalog.pg_opclass oc
                 JOIN pg_catalog.pg_am am ON am.oid = oc.opcmethod AND am.amname = 'hash'
                 JOIN pg_catalog.pg_amproc ap ON ap.amprocfamily = oc.opcfamily AND ap.amprocnum = 2
                     AND ap.amproclefttype = b.oid AND ap.amprocrighttype = b.oid
                 WHERE oc.opcdefault AND oc.opcintype = b.oid)
            OR b.typtype = 'e' OR n.nspname = 'pg_catalog' AND b.typname = 'varchar')
        """;

    readonly ConcurrentDictionary<string, UpsertStatements> _statements = new(StringComparer.Ordinal);

    public async Task<UpsertStatements> StatementsAsync(FencedTransaction transaction, ObjectPlan plan, CancellationToken cancellationToken)
    {
        var signature = Signature(plan);
        if (_statements.TryGetValue(signature, out var known)) return known;
        var statements = new UpsertStatements(plan, Of(plan, await ReadAsync(transaction.Connection, plan.To, cancellationToken)));
        if (_statements.Count >= Kept) _statements.Clear();
        _statements[signature] = statements;
        return statements;
    }

    static string Signature(ObjectPlan plan) =>
        string.Join('\n', [plan.To, $"{plan.SingleTable} {string.Join(',', plan.Key)} {plan.Mark} {plan.Vanished} {plan.ReadNo} {plan.LogsVersions}",
            .. plan.Fields.Select(f => $"{f.Name}\t{f.StagedType}\t{f.DestinationType}\t{f.DestinationCast}")]);

    /// <summary>Those that are written and logged: the plan's, and the mark where there is one.</summary>
    public static IReadOnlyList<FieldShape> Of(ObjectPlan plan, IReadOnlyList<TableField> table)
    {
        IEnumerable<string> names = plan.Fields.Select(f => f.Name);
        if (plan.Mark is { } mark) names = names.Append(mark);
        return [.. names.Select(name => table.FirstOrDefault(f => f.Name == name)?.Shape
            ?? throw PostgresProblem.Of("object-missing", $"Object {plan.To}: there is no column \"{name}\" any more."))];
    }

    /// <summary>All columns of a table, in its own order.</summary>
    public static Task<IReadOnlyList<TableField>> ReadAsync(FencedTransaction transaction, string table, CancellationToken cancellationToken) =>
        ReadAsync(transaction.Connection, table, cancellationToken);

    /// <summary>The same, in a transaction whose settings are a writer's; none: there is no such table.</summary>
    public static async Task<IReadOnlyList<TableField>> ReadAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        // Extension types bring operators that search_path does not show; the default operator class knows them.
        // A domain's base type may be a domain itself.
        const string sql = $"""
            WITH RECURSIVE base(type, oid) AS (
                SELECT a.atttypid, a.atttypid FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
                UNION
                SELECT base.type, d.typbasetype FROM base JOIN pg_catalog.pg_type d ON d.oid = base.oid AND d.typtype = 'd')
            SELECT a.attname::text, pg_catalog.format_type(b.oid, -1), a.atttypmod, b.typname::text, n.nspname = 'pg_catalog',
                   b.typtype = 'e', coalesce(c.collisdeterministic, true),
                   (SELECT pg_catalog.format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
                    FROM pg_catalog.pg_opclass oc
                    JOIN pg_catalog.pg_am am ON am.oid = oc.opcmethod AND am.amname = 'btree'
                    JOIN pg_catalog.pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
                        AND ao.amoplefttype = b.oid AND ao.amoprighttype = b.oid
                    JOIN pg_catalog.pg_operator o ON o.oid = ao.amopopr
                    JOIN pg_catalog.pg_namespace opn ON opn.oid = o.oprnamespace
                    WHERE oc.opcdefault AND oc.opcintype = b.oid LIMIT 1),
                   {Hashable},
                   pg_catalog.format_type(a.atttypid, a.atttypmod), a.attgenerated <> ''
            FROM pg_catalog.pg_attribute a
            JOIN base ON base.type = a.atttypid
            JOIN pg_catalog.pg_type b ON b.oid = base.oid AND b.typtype <> 'd'
            JOIN pg_catalog.pg_namespace n ON n.oid = b.typnamespace
            LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
            WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;
        var found = new List<TableField>();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = table } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new TableField(reader.GetString(0), reader.GetString(9), reader.GetBoolean(10), Shape(reader)));
        return found;
    }

    static FieldShape Shape(NpgsqlDataReader reader)
    {
        var (name, modifier, builtIn) = (reader.GetString(3), reader.GetInt32(2), reader.GetBoolean(4));
        var blank = builtIn && name == "bpchar";
        var comparison = (builtIn, name) switch
        {
            _ when reader.GetBoolean(5) => FieldComparison.Equality,
            (true, "numeric") => modifier >= 0 ? FieldComparison.Equality : FieldComparison.EqualityAndScale,
            (true, "float4" or "float8") => FieldComparison.EqualityAndSign,
            (true, "bpchar") when modifier >= 0 && reader.GetBoolean(6) => FieldComparison.Equality,
            (true, _) when Plain.Contains(name) && reader.GetBoolean(6) => FieldComparison.Equality,
            _ => FieldComparison.Image,
        };
        return new FieldShape(
            SqlText.Identifier(reader.GetString(0)), reader.GetString(1),
            reader.IsDBNull(7) ? "OPERATOR(pg_catalog.=)" : reader.GetString(7), comparison, Padded: blank, Hashable: reader.GetBoolean(8));
    }
}
