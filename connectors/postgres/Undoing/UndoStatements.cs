using Headgate.Connectors.Postgres.Destinations;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// The statements that undo what was judged, each row only in the very version that was judged, and log it as any write is logged. $1 to $5 are
/// the log's first columns; they return how many rows, in parts.
/// </summary>
sealed class UndoStatements(UndoFields fields)
{
    readonly string _table = fields.Table;

    public UndoFields Fields => fields;

    /// <summary>Which of the fields that are put back any of the entries has changed.</summary>
    public string? Changed { get; } = fields.Covered.Count < 2 ? null
        : $"SELECT {string.Join(", ", fields.Covered.Select(at => $"coalesce(bool_or({UndoFields.Changed(at)}), false)"))} FROM {UndoTables.Entries} u WHERE op = 'update'";

    public string Judge { get; } = Judging.Statement(fields);

    /// <summary>
    /// Of a row that others changed, before or while the statement waited for them, the version is another one: it is passed over, and judged
    /// again.
    /// </summary>
    public string? PutBack { get; } = fields.Covered.Count == 0 ? null : $"""
        WITH undone AS (
            UPDATE {fields.Table} AS t SET {string.Join(", ", fields.Covered.Select(at => Assignment(fields, at)))}
            FROM {UndoTables.Of("write", "update", sorted: true)} JOIN {fields.Table} o ON {fields.Same("o")}
            WHERE {fields.SameVersion("t", "o")} AND o.xmin = v.x
            RETURNING v.at, {UndoTables.Texts(fields.Key, "o")} AS key, {fields.Only(at => fields.Fields[at].Text("o"))} AS before,
                      {fields.Only(at => fields.Fields[at].Text("t"))} AS after,
                      o.xmin AS version),
        {Marked}
        {UpsertStatements.Log("update", "undone", fields.LogsVersions)}
        """;

    /// <summary>Locks rows that are to be deleted: from here on nobody can come to refer to them.</summary>
    public string Hold { get; } = $"""
        WITH held AS MATERIALIZED (
            SELECT v.at FROM {UndoTables.Of("write", "insert", sorted: true)} JOIN {fields.Table} t ON {fields.Same("t")}
            WHERE t.xmin = v.x FOR UPDATE OF t)
        UPDATE {UndoTables.Verdicts} w SET verdict = 'held' FROM held h WHERE w.ctid = h.at
        """;

    /// <summary>Deleted with all that they hold, so that the rollback can be rolled back.</summary>
    public string Delete { get; } = $"""
        WITH undone AS (
            DELETE FROM {fields.Table} AS t USING {UndoTables.Of("held", null, sorted: true)} WHERE {fields.Same("t")}
            RETURNING v.at, {UndoTables.Texts(fields.Key, "t")} AS key, {UndoTables.Texts(fields.All, "t")} AS before, NULL::text[] AS after,
                      t.xmin AS version),
        {Marked}
        {UpsertStatements.Log("delete", "undone", fields.LogsVersions)}
        """;

    const string Marked = $"marked AS (UPDATE {UndoTables.Verdicts} w SET verdict = 'done' FROM undone n WHERE w.ctid = n.at)";

    /// <summary>Whether others refer to rows that are held; a statement of its own, so that it sees all that was there when they were locked.</summary>
    /// <param name="referrers">The foreign keys.</param>
    /// <param name="verdict">Of which rows.</param>
    /// <param name="op">The same.</param>
    /// <param name="only">SQL: of which of the rows that refer, r, beginning with AND; or nothing.</param>
    public string Refer(IReadOnlyList<Referrer> referrers, string verdict = "held", string? op = null, string only = "")
    {
        var cases = referrers.Select(
            r => $"WHEN EXISTS (SELECT FROM {r.Table} r WHERE {r.Match("t", "r")}{only}) THEN {Catalog.SqlText.Literal(r.Constraint)}");
        return $"""
            UPDATE {UndoTables.Verdicts} w SET verdict = 'referred', why = j.why, now = j.now FROM (
                SELECT v.at, CASE {string.Join(" ", cases)} END AS why, {UndoTables.Texts(fields.All, "t")} AS now
                FROM {UndoTables.Of(verdict, op)} JOIN {_table} t ON {fields.Same("t")}) j
            WHERE w.ctid = j.at AND j.why IS NOT NULL
            """;
    }

    /// <summary>Of an attempt: which of the other columns it has logged is the same for all its entries. The rest get their defaults.</summary>
    public string Restore(int attempt)
    {
        IEnumerable<FieldShape> logged = fields.Fields;
        if (fields.Undo.Logged.FirstOrDefault(rest => rest.Attempt == attempt) is { } rest)
            logged = logged.Concat(rest.Columns.Select(at => fields.Rest[at]));
        var columns = logged.ToList();
        var values = columns.Select((column, at) => $"CAST(u.before[{at + 1}] AS {column.BaseType})");
        // A row that gets all that it held is as the version was that was deleted.
        var isWhole = fields.LogsVersions && columns.Count == fields.All.Count;
        return $"""
            WITH undone AS (
                INSERT INTO {_table} AS t ({string.Join(", ", columns.Select(c => c.Column))}) OVERRIDING SYSTEM VALUE
                SELECT {string.Join(", ", values)} FROM {UndoTables.Of("write", "delete")} WHERE u.attempt = {attempt} ORDER BY v.no
                ON CONFLICT ({string.Join(", ", fields.Key.Select(k => k.Column))}) DO NOTHING
                RETURNING {UndoTables.Texts(fields.Key, "t")} AS key, NULL::text[] AS before, {UndoTables.Texts(fields.All, "t")} AS after){(isWhole ? $", {WithVersions(attempt)}" : "")}
            {UpsertStatements.Log("insert", isWhole ? "versions" : "undone", isWhole)}
            """;
    }

    /// <summary>The restored rows with the version that was deleted; by their keys, since an insert returns nothing else.</summary>
    static string WithVersions(int attempt) => $"""
        versions AS (
            SELECT n.key, n.before, n.after, e.version FROM undone n LEFT JOIN (
                SELECT key, CASE count(*) WHEN 1 THEN (array_agg(replaced))[1] END AS version
                FROM {UndoTables.Entries} WHERE op = 'delete' AND attempt = {attempt} GROUP BY key) e ON e.key = n.key)
        """;

    public static string Attempts => $"SELECT DISTINCT attempt FROM {UndoTables.Of("write", "delete")} ORDER BY attempt";

    /// <summary>
    /// Says of an entry that could not be undone why, $1, through which constraint, $2, and what the row holds. A foreign key stands against a
    /// delete where others refer to the row, and against all else where what the row refers to is gone.
    /// </summary>
    public string Refuse => $"""
        UPDATE {UndoTables.Verdicts} w SET verdict = j.verdict, why = $2, now = j.now FROM (
            SELECT v.at, CASE WHEN $1 = 'referred' AND u.op <> 'insert' THEN 'gone' ELSE $1 END AS verdict, CASE WHEN t.ctid IS NOT NULL THEN {Judging.Now(fields)} END AS now
            FROM {UndoTables.Of("write", null)} LEFT JOIN {_table} t ON {fields.Match("t")}) j
        WHERE w.ctid = j.at
        """;

    /// <summary>
    /// Records conflicts; $6 are the numbers of the entries in their segment, or null if they go on from $5; $7 to $9, of one that could not be
    /// undone, are the error's code, column and sentence.
    /// </summary>
    public string Record => $"""
        INSERT INTO headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sqlstate, constraint_name, column_name, sentence, deferred,
                                       conflict, key, before, written, now)
        SELECT $1, $2, $3, $4, coalesce($6[v.no], $5 + v.no - 1), $7, v.why, $8, coalesce($9, CASE v.verdict {Sentences()} END),
               v.verdict IN ('taken', 'referred') OR coalesce($7 IN ('23503', '23505', '23P01'), false), v.verdict, u.key,
               CASE u.op WHEN 'update' THEN {fields.Only(at => $"u.before[{at + 1}]")}
                         WHEN 'delete' THEN CASE WHEN {fields.IsWhole("before")} THEN u.before ELSE u.before[1:{fields.Fields.Count}] END END,
               CASE u.op WHEN 'update' THEN {fields.Only(at => $"u.after[{at + 1}]")} ELSE u.after END,
               v.now
        FROM {UndoTables.Verdicts} v JOIN {UndoTables.Entries} u ON u.ctid = v.u WHERE v.verdict IN ('changed', 'gone', 'taken', 'referred')
        ORDER BY v.no RETURNING row_no, deferred
        """;

    string Sentences()
    {
        var subject = $"Object {_table}";
        (string Verdict, string Sentence)[] all =
        [
            ("changed", $"{subject}: the row holds other values than the job wrote, and is left as it is."),
            ("gone", $"{subject}: the row that the job changed is not there any more."),
            ("taken", $"{subject}: the job deleted the row, and another one has its key now."),
            ("referred", $"{subject}: other rows refer to the row that the job inserted, and it is left as it is."),
        ];
        return string.Join(" ", all.Select(one => $"WHEN '{one.Verdict}' THEN {Catalog.SqlText.Literal(one.Sentence)}"));
    }

    static string Assignment(UndoFields fields, int at)
    {
        var field = fields.Fields[at];
        return $"{field.Column} = CASE WHEN {UndoFields.Changed(at)} THEN CAST(u.before[{at + 1}] AS {field.BaseType}) ELSE t.{field.Column} END";
    }
}
