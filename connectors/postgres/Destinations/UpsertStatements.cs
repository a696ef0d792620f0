using Headgate.Connectors.Postgres.Catalog;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// The statements of an upsert into one table. In all of them t is the table, s the stage (the batch's records in the table's own
/// types), m the match (staged records that are absent or differ), o the table once more, as the statement first saw it.
/// </summary>
sealed class UpsertStatements
{
    const string Stage = "pg_temp.hg_stage";
    const string Raw = "pg_temp.hg_raw";
    const string Match = "pg_temp.hg_match";
    const string Own = "pg_catalog.pg_current_xact_id()::xid";

    readonly ObjectPlan _plan;
    readonly IReadOnlyList<FieldShape> _fields;
    readonly FieldShape[] _key;
    readonly FieldShape[] _others;
    readonly string _columns;
    readonly string _staged;

    /// <param name="plan">The object's plan.</param>
    /// <param name="fields">Its fields; behind them the mark, if it has one: nothing is staged for it, and so each record takes it off.</param>
    public UpsertStatements(ObjectPlan plan, IReadOnlyList<FieldShape> fields)
    {
        _plan = plan;
        _fields = fields;
        _key = [.. plan.Key.Select(p => fields[p])];
        _others = [.. fields.Where((_, i) => !plan.Key.Contains(i))];
        _columns = string.Join(", ", fields.Select(f => f.Column));
        _staged = string.Join(", ", fields.Take(plan.Fields.Count).Select(f => f.Column));
        var casts = plan.Fields.Any(f => f.DestinationCast);

        Prepare = [.. PrepareSteps(casts)];
        Copy = $"COPY {(casts ? Raw : Stage)} ({_staged}) FROM STDIN (FORMAT binary)";
        Cast = casts ? $"INSERT INTO {Stage} ({_staged}) SELECT {CastList()} FROM {Raw} s ORDER BY s.ctid" : null;
        Classify = ClassifyFirst();
        ClassifyAgain = ClassifyLater();
        InsertAll = Insert($"{Stage} s");
        InsertAbsent = Insert($"{Match} m JOIN {Stage} s ON s.ctid = m.s WHERE m.t IS NULL");
        Note = plan.Vanished is OnVanished.Keep ? null : $"""
            INSERT INTO headgate.seen_key (set_id, key_hash)
            SELECT f.set_id, {FieldShape.KeyHash(_key, "s")} FROM {Stage} s, headgate.full_read f
            WHERE f.job_id = $1 AND f.attempt = $2 AND f.object_no = $3 AND f.read_no = {plan.ReadNo} AND f.state = 'reading'
            """;
        ReplaceAll = Replace($"{Stage} s JOIN {plan.To} o ON {KeyMatch("o")}");
        // Not of rows that are there: checks are made before the conflict is found, and with defaults in columns that are not mapped.
        var insert = InsertFrom($"{Stage} s WHERE NOT EXISTS (SELECT FROM {plan.To} o WHERE {KeyMatch("o")})");
        Unlogged = HasOthers ? [insert, UpdateFrom($"{Stage} s JOIN {plan.To} o ON {KeyMatch("o")}")] : [insert];
        ReplaceMatched = Replace($"""
            (SELECT s, t FROM {Match} WHERE t IS NOT NULL ORDER BY t OFFSET 0) m
            JOIN {Stage} s ON s.ctid = m.s JOIN {plan.To} o ON {(plan.SingleTable ? $"o.ctid = m.t AND {KeyMatch("o")}" : KeyMatch("o"))}
            """);
    }

    /// <summary>Whether there is anything besides the key to update.</summary>
    public bool HasOthers => _others.Length > 0;

    /// <summary>Makes the temporary tables, and lets every join be a loop of look-ups: by index, or by position.</summary>
    public IReadOnlyList<string> Prepare { get; }

    public string Copy { get; }

    /// <summary>Casts the staged types to the table's; null: they are the same.</summary>
    public string? Cast { get; }

    /// <summary>
    /// Fills the match and returns how many records this transaction has written (none), how many are absent and how many differ. Locks
    /// and writes nothing but the match.
    /// </summary>
    public string Classify { get; }

    /// <summary>The same after something was written; those rows bear the transaction's own number.</summary>
    public string ClassifyAgain { get; }

    public static string ClearMatch => $"TRUNCATE {Match}";

    /// <summary>Inserts, logs what is inserted, and returns how many records, in parts; $1 to $5 are the log's first columns.</summary>
    public string InsertAll { get; }

    public string InsertAbsent { get; }

    /// <summary>Notes the keys of the records, for a read whose rows that vanished are found later; null: they are not looked for.</summary>
    public string? Note { get; }

    /// <summary>The writes of all staged records, without a word of them anywhere: for a transaction that is rolled back.</summary>
    public IReadOnlyList<string> Unlogged { get; }

    /// <summary>
    /// Updates the rows that differ and logs what they held. A row is replaced only if it is still the very version that is logged: one
    /// that others replaced, before or while the statement waited for them, bears another transaction's number and is passed over.
    /// </summary>
    public string ReplaceAll { get; }

    public string ReplaceMatched { get; }

    IEnumerable<string> PrepareSteps(bool casts)
    {
        // Statistics of a table made a moment ago do not exist, so the planner is not given the choice.
        yield return "SELECT pg_catalog.set_config(s, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS s";
        yield return $"CREATE TEMPORARY TABLE hg_stage ON COMMIT DROP AS SELECT {_columns} FROM {_plan.To} WITH NO DATA";
        yield return "CREATE TEMPORARY TABLE hg_match (s tid, t tid) ON COMMIT DROP";
        if (!casts) yield break;
        var raw = _plan.Fields.Select(f => $"{SqlText.Identifier(f.Name)} {f.StagedType}");
        yield return $"CREATE TEMPORARY TABLE hg_raw ({string.Join(", ", raw)}) ON COMMIT DROP";
    }

    string CastList() => string.Join(", ", _plan.Fields.Select((f, i) => Received(f, _fields[i])));

    /// <summary>SQL: the received value of a field (s) as one that its column takes.</summary>
    public static string Received(FieldPlan field, FieldShape shape) => field switch
    {
        { DestinationCast: false } => $"s.{shape.Column}",
        { StagedType: "text", DestinationType: var type } when shape.BaseType == "character varying" => Whole($"s.{shape.Column}", type),
        _ => $"CAST(s.{shape.Column} AS {shape.BaseType})",
    };

    /// <summary>
    /// Assigning to varchar(n) refuses what is too long, but not blanks at its end. So a text that an explicit cast would cut is given
    /// another end, and is refused.
    /// </summary>
    static string Whole(string text, string type) =>
        $"CASE WHEN CAST({text} AS {type})::text <> {text} COLLATE \"C\" THEN {text} || '.' ELSE {text} END";

    string ClassifyFirst() => $"""
        WITH found AS (
            INSERT INTO {Match} (s, t) SELECT s.ctid, t.ctid FROM {Stage} s LEFT JOIN {_plan.To} t ON {KeyMatch("t")}
            WHERE t.ctid IS NULL OR {Differs("t")} RETURNING t)
        SELECT 0::bigint, count(*) - count(t), count(t) FROM found
        """;

    string ClassifyLater() => $"""
        WITH seen AS MATERIALIZED (
            SELECT s.ctid AS s, t.ctid AS t, t.xmin = {Own} AS own, {Differs("t")} AS differs
            FROM {Stage} s LEFT JOIN {_plan.To} t ON {KeyMatch("t")}),
        found AS (INSERT INTO {Match} (s, t) SELECT s, t FROM seen WHERE t IS NULL OR NOT own AND differs RETURNING t)
        SELECT (SELECT count(*) FROM seen WHERE own), count(*) - count(t), count(t) FROM found
        """;

    string InsertFrom(string from) => $"""
        INSERT INTO {_plan.To} AS t ({_columns}) OVERRIDING SYSTEM VALUE
        SELECT {string.Join(", ", _fields.Select(f => $"s.{f.Column}"))} FROM {from}
        ON CONFLICT ({string.Join(", ", _key.Select(k => k.Column))}) DO NOTHING
        """;

    string UpdateFrom(string from) => $"""
        UPDATE {_plan.To} AS t SET {string.Join(", ", _others.Select(f => $"{f.Column} = s.{f.Column}"))} FROM {from}
        WHERE {SameVersion()} AND {Differs("o")}
        """;

    string Insert(string from) => $"""
        WITH added AS (
            {InsertFrom(from)}
            RETURNING {Texts(_key, "t")} AS key, NULL::text[] AS before, {Texts(_fields, "t")} AS after)
        {Log("insert", "added")}
        """;

    string Replace(string from) => $"""
        WITH replaced AS (
            {UpdateFrom(from)}
            RETURNING {Texts(_key, "o")} AS key, {Changed("o")} AS before, {Changed("s")} AS after, o.xmin AS version)
        {Log("update", "replaced", _plan.LogsVersions)}
        """;

    /// <summary>
    /// In groups of some 32 KiB, whatever the size of the records: they compress together, and no value grows beyond bounds. In the order
    /// in which they were written: undone from the end, each finds the table as it left it.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="written">The rows: key, before, after and, if versions are logged, version.</param>
    /// <param name="versions">Whether it is logged which version of its row each replaced.</param>
    public static string Log(string operation, string written, bool versions = false) => $"""
        INSERT INTO headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records{(versions ? ", replaced" : "")})
        SELECT $1, $2, $3, $4, $5, '{operation}', count(*), array_agg(ROW(key, before, after)::headgate.change_record ORDER BY upto)
               {(versions ? ", array_agg(version ORDER BY upto)" : "")}
        FROM (SELECT key, before, after{(versions ? ", version" : "")}, sum(pg_column_size(key) + coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0))
                         OVER (ROWS UNBOUNDED PRECEDING) AS upto FROM {written}) sized
        GROUP BY upto / 32768 ORDER BY upto / 32768
        RETURNING row_count
        """;

    /// <summary>
    /// A position is only unique within a single table; elsewhere the key finds the row, and the position is compared in a way that does
    /// not make the planner look for it in every partition.
    /// </summary>
    string SameVersion() => _plan.SingleTable
        ? "t.ctid = o.ctid AND t.xmin = o.xmin"
        : $"{KeyMatch("t")} AND t.tableoid = o.tableoid AND t.ctid IS NOT DISTINCT FROM o.ctid AND t.xmin = o.xmin";

    string KeyMatch(string table) => string.Join(" AND ", _key.Select(k => $"{table}.{k.Column} {k.Equality} s.{k.Column}"));

    string Differs(string table) => _others.Length == 0 ? "false" : $"({string.Join(" OR ", _others.Select(f => f.Differs(table)))})";

    string Changed(string alias) => $"ARRAY[{string.Join(", ", _fields.Select((f, i) =>
        _plan.Key.Contains(i) ? "NULL" : $"CASE WHEN {f.Differs("o")} THEN {f.Text(alias)} END"))}]::text[]";

    static string Texts(IEnumerable<FieldShape> fields, string alias) =>
        $"ARRAY[{string.Join(", ", fields.Select(f => f.Text(alias)))}]::text[]";
}
