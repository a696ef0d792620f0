namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// The statement that says what is to become of each entry by the row as it is now: it is undone only where the row still has what the job
/// wrote. A row that bears the transaction which logged the entry has been touched by nobody since, and is not compared; of any other the
/// values tell. Locks and writes nothing but the verdicts.
/// </summary>
static class Judging
{
    const string Own = "pg_catalog.pg_current_xact_id()::xid";

    /// <summary>Of those that are open.</summary>
    public static string Statement(UndoFields fields) => $"""
        UPDATE {UndoTables.Verdicts} w SET rel = j.rel, t = j.t, x = j.x, verdict = j.verdict, now = j.now FROM (
            SELECT v.at, t.tableoid AS rel, t.ctid AS t, t.xmin AS x, d.verdict,
                   CASE WHEN d.verdict IN ('changed', 'taken', '{Versions.Unsure}', '{Versions.UnsureHash}') THEN {Now(fields)} END AS now
            FROM {UndoTables.Of("open", null)} LEFT JOIN {fields.Table} t ON {fields.Match("t")}
            CROSS JOIN LATERAL (SELECT CASE
                WHEN t.xmin = {Own} THEN CASE WHEN u.op = 'delete' THEN 'done' ELSE 'uneven' END
                WHEN u.op = 'update' THEN {Update(fields)}
                WHEN u.op = 'insert' THEN {Insert(fields)}
                ELSE {Delete(fields)} END AS verdict OFFSET 0) d) j
        WHERE w.ctid = j.at
        """;

    /// <summary>SQL: what the row holds, as far as the entry is about it; t, u.</summary>
    public static string Now(UndoFields fields) => $"""
        CASE WHEN u.op = 'update' THEN {fields.Only(at => fields.Fields[at].Text("t"))} ELSE {UndoTables.Texts(fields.All, "t")} END
        """;

    static string Update(UndoFields fields)
    {
        var other = fields.Covered.Select(
            at => $"{UndoFields.Changed(at)} AND {fields.Differs(at, "after")} AND {fields.Differs(at, "before")}");
        var left = fields.Covered.Select(at => $"{UndoFields.Changed(at)} AND {fields.Differs(at, "before")}");
        return $"""
            CASE WHEN t.ctid IS NULL THEN 'gone' WHEN t.xmin = u.xid THEN 'write' WHEN {Any(other)} THEN 'changed'
                 WHEN {Any(left)} THEN 'write' ELSE 'same' END
            """;
    }

    /// <summary>
    /// Of columns that nobody logged it is asked whether they are as an insert leaves them. Where the row does not show that, its
    /// <see cref="Versions"/> may.
    /// </summary>
    static string Insert(UndoFields fields)
    {
        var (unsure, unsureHash) = fields.LogsVersions ? (Versions.Unsure, Versions.UnsureHash) : ("changed", "changed");
        return $"""
            CASE WHEN t.ctid IS NULL THEN 'same' WHEN t.xmin = u.xid THEN 'write' WHEN u.hash IS NULL AND NOT {fields.Holds("after")} THEN 'changed'
                 WHEN {fields.IsWhole("after")} OR {fields.IsUnfilled()} THEN CASE WHEN u.hash IS NULL THEN 'write' ELSE 'hash' END
                 WHEN u.hash IS NULL THEN '{unsure}' ELSE '{unsureHash}' END
            """;
    }

    static string Delete(UndoFields fields) => $"""
        CASE WHEN t.ctid IS NULL THEN 'write' WHEN {fields.Holds("before")} THEN 'same' ELSE 'taken' END
        """;

    static string Any(IEnumerable<string> conditions) =>
        string.Join(" OR ", conditions.Select(condition => $"({condition})").DefaultIfEmpty("false"));
}
