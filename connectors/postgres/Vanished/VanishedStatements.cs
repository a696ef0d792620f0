using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>The statements that delete or mark rows whose keys a read has not brought, and log what they held.</summary>
/// <param name="plan">The object's plan.</param>
/// <param name="fields">The logged fields.</param>
/// <param name="rest">All other columns that hold something of their own.</param>
sealed class VanishedStatements(ObjectPlan plan, IReadOnlyList<FieldShape> fields, IReadOnlyList<FieldShape> rest)
{
    readonly FieldShape[] _key = [.. plan.Key.Select(at => fields[at])];

    /// <summary>Of the blocks [first, end) of a table. $1 to $5 are the log's first columns, $6 the set; returns how many rows, in parts.</summary>
    public string Of(LeafTable leaf, long end) => plan.Vanished is OnVanished.Mark ? Mark(leaf, end) : Delete(leaf, end);

    /// <summary>
    /// What is returned are the rows as they are deleted: one that somebody changes meanwhile is waited for, and looked at again.
    /// </summary>
    string Delete(LeafTable leaf, long end) => $"""
        WITH gone AS (
            DELETE FROM ONLY {leaf.Sql} AS t WHERE {Unseen(leaf, end)}
            RETURNING {Texts(_key)} AS key, {Texts([.. fields, .. rest])} AS before, NULL::text[] AS after, t.xmin AS version)
        {UpsertStatements.Log("delete", "gone", plan.LogsVersions)}
        """;

    string Mark(LeafTable leaf, long end) => $"""
        WITH gone AS (
            UPDATE ONLY {leaf.Sql} AS t SET {VanishedRules.Mark} = pg_catalog.now() WHERE {Unseen(leaf, end)} AND t.{VanishedRules.Mark} IS NULL
            RETURNING {Texts(_key)} AS key, {Only("NULL")} AS before, {Only($"t.{VanishedRules.Mark}::text")} AS after)
        {UpsertStatements.Log("update", "gone")}
        """;

    /// <summary>A row with a part of its key missing was never Headgate's: no record has such a key.</summary>
    string Unseen(LeafTable leaf, long end) => $"""
        t.ctid >= '({leaf.FirstBlock},0)'::tid AND t.ctid < '({end},0)'::tid
            AND {string.Join(" AND ", _key.Select(k => $"t.{k.Column} IS NOT NULL"))}
            AND NOT EXISTS (SELECT FROM headgate.seen_key s WHERE s.set_id = $6 AND s.key_hash = {FieldShape.KeyHash(_key, "t")})
        """;

    /// <summary>The mark is the last of the logged fields.</summary>
    string Only(string mark) => $"ARRAY[{string.Concat(Enumerable.Repeat("NULL, ", fields.Count - 1))}{mark}]::text[]";

    static string Texts(IEnumerable<FieldShape> columns) => $"ARRAY[{string.Join(", ", columns.Select(c => c.Text("t")))}]::text[]";
}
