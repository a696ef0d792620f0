using Headgate.Connectors.Postgres.Destinations;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// The temporary tables of a batch. hg_undo has the entries as they were staged, newest first. hg_verdict has a row for each: where its row of
/// the table was found, in which version (x), down to which one that was followed (since), and what is to become of it; it starts as open, and
/// ends as done, same or a conflict.
/// </summary>
static class UndoTables
{
    public const string Entries = "pg_temp.hg_undo";
    public const string Verdicts = "pg_temp.hg_verdict";

    /// <summary>Of a staged entry, in this order; the last one only if versions are logged.</summary>
    const string Columns = "op text, key text[], before text[], after text[], hash bytea, xid xid, attempt int, replaced xid";

    public static string Copy(UndoFields fields) =>
        $"COPY {Entries} (op, key, before, after, hash, xid, attempt{(fields.LogsVersions ? ", replaced" : "")}) FROM STDIN (FORMAT binary)";

    /// <summary>
    /// Statistics of a table made a moment ago do not exist, so the planner is not given the choice: every join is a loop of look-ups.
    /// </summary>
    public static IReadOnlyList<string> Prepare =>
    [
        "SELECT pg_catalog.set_config(s, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS s",
        $"CREATE TEMPORARY TABLE hg_undo ({Columns}) ON COMMIT DROP",
        "CREATE TEMPORARY TABLE hg_verdict (no int, u tid, op text, verdict text, rel oid, t tid, x xid, since xid, why text, now text[]) ON COMMIT DROP",
    ];

    /// <summary>For statements that join entries by their keys, for which there is no look-up.</summary>
    /// <param name="are">Whether there are any.</param>
    /// <param name="alone">Whether there are no others.</param>
    public static string HashJoins(bool are, bool alone) => $"""
        SELECT pg_catalog.set_config('enable_hashjoin', '{are}', true), pg_catalog.set_config('enable_nestloop', '{!(are && alone)}', true)
        """;

    public static string Open => $"""
        INSERT INTO {Verdicts} (no, u, op, verdict) SELECT row_number() OVER (ORDER BY ctid), ctid, op, 'open' FROM {Entries}
        """;

    /// <summary>
    /// What was judged: those that met a row which this transaction has written, or which another entry means too; those to be written, by
    /// kind; those to be compared by their hash; those that are unsure.
    /// </summary>
    public static string Summary(UndoFields fields) => $"""
        SELECT count(*) FILTER (WHERE verdict = 'uneven'), {fields.Twins}, count(*) FILTER (WHERE verdict = 'write' AND op = 'update'),
               count(*) FILTER (WHERE verdict = 'write' AND op = 'insert'), count(*) FILTER (WHERE verdict = 'write' AND op = 'delete'),
               count(*) FILTER (WHERE verdict IN ('hash', '{Versions.UnsureHash}')), count(*) FILTER (WHERE verdict = '{Versions.Unsure}')
        FROM {Verdicts}
        """;

    /// <summary>How it ended: those that were written, those that were so already.</summary>
    public const string Ends = $"SELECT count(*) FILTER (WHERE verdict = 'done'), count(*) FILTER (WHERE verdict = 'same') FROM {Verdicts}";

    /// <summary>Those that were not written in the version that was judged are judged again.</summary>
    public static string Reopen(bool referred) => $"""
        UPDATE {Verdicts} SET verdict = 'open', why = NULL, now = NULL WHERE verdict IN ('write', 'held', 'hash', '{Versions.UnsureHash}'{(referred ? ", 'referred'" : "")})
        """;

    public const string Restored = $"UPDATE {Verdicts} SET verdict = 'done' WHERE verdict = 'write' AND op = 'delete'";

    /// <summary>SQL: the verdicts of a kind, with their entries; v, u.</summary>
    public static string Of(string verdict, string? op, bool sorted = false) =>
        Where($"verdict = '{verdict}'{(op is null ? "" : $" AND op = '{op}'")}", sorted);

    /// <summary>SQL: the same of those that a condition holds for.</summary>
    public static string Where(string condition, bool sorted = false) => $"""
        (SELECT ctid AS at, no, u, rel, t, x FROM {Verdicts} WHERE {condition}
         {(sorted ? "ORDER BY rel, t " : "")}OFFSET 0) v JOIN {Entries} u ON u.ctid = v.u
        """;

    /// <summary>SQL: an array of a row's columns as text.</summary>
    public static string Texts(IEnumerable<FieldShape> fields, string alias) =>
        $"ARRAY[{string.Join(", ", fields.Select(f => f.Text(alias)))}]::text[]";
}
