using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// The statements of an upsert into one table. In all of them t is the table, s the stage (the batch's records in the table's own
/// types), m the match (staged records that are absent or differ), d the done. Records are told apart by their physical position.
/// </summary>
sealed class UpsertStatements
{
    const string Stage = "pg_temp.hg_stage";
    const string Raw = "pg_temp.hg_raw";
    const string Match = "pg_temp.hg_match";
    const string Done = "pg_temp.hg_done";
    const string Pending = "pg_temp.hg_pending";
    const string LogColumns = "headgate.change (job_id, attempt, object_no, segment_no, first_row, operation, key, before, after)";

    public UpsertStatements(ObjectPlan plan, IReadOnlyList<FieldShape> fields)
    {
        var key = plan.Key.Select(p => fields[p]).ToArray();
        var others = fields.Where((_, i) => !plan.Key.Contains(i)).ToArray();
        var columns = string.Join(", ", fields.Select(f => f.Column));
        var keyMatch = string.Join(" AND ", key.Select(k => $"t.{k.Column} {k.Equality} s.{k.Column}"));
        var differs = others.Length == 0 ? "false" : $"({string.Join(" OR ", others.Select(f => f.Differs))})";
        var casts = plan.Fields.Any(f => f.DestinationCast);

        HasOthers = others.Length > 0;
        Prepare = [.. PrepareSteps(plan, columns, casts)];
        Copy = $"COPY {(casts ? Raw : Stage)} ({columns}) FROM STDIN (FORMAT binary)";
        Cast = casts ? $"INSERT INTO {Stage} ({columns}) SELECT {CastList(plan, fields)} FROM {Raw} s ORDER BY s.ctid" : null;
        ClassifyAll = Classify($"{Stage} s", plan, keyMatch, differs);
        ClassifyPending = Classify($"{Pending} p JOIN {Stage} s ON s.ctid = p.s", plan, keyMatch, differs);

        var insert = InsertFrom(plan, fields, key, columns);
        InsertAll = insert($"{Stage} s");
        InsertAbsent = insert($"{Match} m JOIN {Stage} s ON s.ctid = m.s WHERE m.t IS NULL");
        MarkInserted = $"""
            INSERT INTO {Done} (s, round) SELECT m.s, $1 FROM {Match} m JOIN {Stage} s ON s.ctid = m.s JOIN {plan.To} t ON {keyMatch}
            WHERE m.t IS NULL AND t.xmin = pg_catalog.pg_current_xact_id()::xid
            """;

        var position = plan.SingleTable ? "t.ctid = m.t" : keyMatch;
        var replace = LockFrom(fields, plan, $"{keyMatch} AND {differs}");
        LockAll = replace($"{Stage} s JOIN {plan.To} t ON {keyMatch}");
        LockMatched = replace($"""
            (SELECT s, t FROM {Match} WHERE t IS NOT NULL ORDER BY t OFFSET 0) m
            JOIN {Stage} s ON s.ctid = m.s JOIN {plan.To} t ON {position}
            """);
        Update = $"""
            UPDATE {plan.To} AS t SET {string.Join(", ", others.Select(f => $"{f.Column} = s.{f.Column}"))}
            FROM {Done} d JOIN {Stage} s ON s.ctid = d.s
            WHERE d.round = $1 AND {(plan.SingleTable ? "t.ctid = d.t" : keyMatch)}
            """;
    }

    /// <summary>Whether there is anything besides the key to update.</summary>
    public bool HasOthers { get; }

    /// <summary>Makes the temporary tables, and lets every join be a loop of look-ups: by index in the table, by position elsewhere.</summary>
    public IReadOnlyList<string> Prepare { get; }

    public string Copy { get; }

    /// <summary>Casts the staged types to the table's; null: they are the same.</summary>
    public string? Cast { get; }

    /// <summary>Fills the match; returns how many are absent and how many differ. Locks and writes nothing but the match.</summary>
    public string ClassifyAll { get; }

    public string ClassifyPending { get; }

    /// <summary>Inserts and logs; $1 to $5 are the log's first columns.</summary>
    public string InsertAll { get; }

    public string InsertAbsent { get; }

    /// <summary>Where somebody else inserted some keys first: adds those that this transaction inserted to the done of round $1.</summary>
    public string MarkInserted { get; }

    /// <summary>
    /// Locks the rows that differ, logs what they hold then and adds them to the done of round $6. READ COMMITTED looks again at a row
    /// that it had to wait for, so the image is of the very version that the lock is on; nobody can replace it before us any more.
    /// </summary>
    public string LockAll { get; }

    public string LockMatched { get; }

    /// <summary>Updates the rows locked in round $1.</summary>
    public string Update { get; }

    /// <summary>Makes what the first lock did not take the pending records.</summary>
    public static IReadOnlyList<string> PendFromStage { get; } = Pend($"SELECT s.ctid FROM {Stage} s WHERE NOT EXISTS (SELECT FROM {Done} d WHERE d.s = s.ctid)");

    /// <summary>Makes the matched but not done the pending records, the absent among them.</summary>
    public static IReadOnlyList<string> PendFromMatch { get; } = Pend($"SELECT m.s FROM {Match} m WHERE NOT EXISTS (SELECT FROM {Done} d WHERE d.s = m.s)");

    /// <summary>The same where all the absent were inserted.</summary>
    public static IReadOnlyList<string> PendFromDiffering { get; } =
        Pend($"SELECT m.s FROM {Match} m WHERE m.t IS NOT NULL AND NOT EXISTS (SELECT FROM {Done} d WHERE d.s = m.s)");

    static IEnumerable<string> PrepareSteps(ObjectPlan plan, string columns, bool casts)
    {
        // Statistics of a table made a moment ago do not exist, so the planner is not given the choice.
        yield return "SELECT pg_catalog.set_config('enable_hashjoin', 'off', true), pg_catalog.set_config('enable_mergejoin', 'off', true)";
        yield return $"CREATE TEMPORARY TABLE hg_stage ON COMMIT DROP AS SELECT {columns} FROM {plan.To} WITH NO DATA";
        yield return "CREATE TEMPORARY TABLE hg_match (s tid, t tid) ON COMMIT DROP";
        yield return "CREATE TEMPORARY TABLE hg_done (s tid, t tid, round int) ON COMMIT DROP";
        if (!casts) yield break;
        var raw = plan.Fields.Select(f => $"{SqlText.Identifier(f.Name)} {f.StagedType}");
        yield return $"CREATE TEMPORARY TABLE hg_raw ({string.Join(", ", raw)}) ON COMMIT DROP";
    }

    static string CastList(ObjectPlan plan, IReadOnlyList<FieldShape> fields) => string.Join(", ", fields.Select((f, i) =>
        plan.Fields[i].DestinationCast ? $"CAST(s.{f.Column} AS {f.BaseType})" : $"s.{f.Column}"));

    static string Classify(string from, ObjectPlan plan, string keyMatch, string differs) => $"""
        WITH found AS (
            INSERT INTO {Match} (s, t) SELECT s.ctid, t.ctid FROM {from} LEFT JOIN {plan.To} t ON {keyMatch}
            WHERE t.ctid IS NULL OR {differs} RETURNING t)
        SELECT count(*) - count(t), count(t) FROM found
        """;

    static Func<string, string> InsertFrom(ObjectPlan plan, IReadOnlyList<FieldShape> fields, FieldShape[] key, string columns) => from => $"""
        WITH added AS (
            INSERT INTO {plan.To} AS t ({columns}) OVERRIDING SYSTEM VALUE SELECT {string.Join(", ", fields.Select(f => $"s.{f.Column}"))} FROM {from}
            ON CONFLICT ({string.Join(", ", key.Select(k => k.Column))}) DO NOTHING
            RETURNING {Texts(key)} AS key, {Texts(fields)} AS after)
        INSERT INTO {LogColumns} SELECT $1, $2, $3, $4, $5, 'insert', key, NULL, after FROM added
        """;

    static Func<string, string> LockFrom(IReadOnlyList<FieldShape> fields, ObjectPlan plan, string condition)
    {
        string Changed(string alias) => $"ARRAY[{string.Join(", ", fields.Select((f, i) =>
            plan.Key.Contains(i) ? "NULL" : $"CASE WHEN {f.Differs} THEN {f.Text(alias)} END"))}]::text[]";
        return from => $"""
            WITH locked AS MATERIALIZED (
                SELECT s.ctid AS s, t.ctid AS t, {Texts(plan.Key.Select(p => fields[p]))} AS key, {Changed("t")} AS before, {Changed("s")} AS after
                FROM {from} WHERE {condition} FOR NO KEY UPDATE OF t),
            logged AS (INSERT INTO {LogColumns} SELECT $1, $2, $3, $4, $5, 'update', key, before, after FROM locked)
            INSERT INTO {Done} (s, t, round) SELECT s, t, $6 FROM locked
            """;
    }

    static string Texts(IEnumerable<FieldShape> fields) => $"ARRAY[{string.Join(", ", fields.Select(f => f.Text("t")))}]::text[]";

    static string[] Pend(string select) =>
    [
        "SELECT pg_catalog.set_config('enable_hashjoin', 'on', true)",
        "CREATE TEMPORARY TABLE IF NOT EXISTS hg_pending (s tid) ON COMMIT DROP",
        $"TRUNCATE {Pending}",
        $"INSERT INTO {Pending} (s) {select}",
        $"TRUNCATE {Match}",
        "SELECT pg_catalog.set_config('enable_hashjoin', 'off', true)",
    ];
}
