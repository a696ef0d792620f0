using Headgate.Connectors.Postgres.Catalog;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Follows the versions of rows back through the log, where columns that fill themselves do not show whether somebody has changed them: each
/// version that a run wrote says which one it replaced. Where they lead to the one that was inserted, nobody but runs has written the row.
/// </summary>
static class Versions
{
    /// <summary>The verdict on rows that hold what was inserted, as far as it is logged.</summary>
    public const string Unsure = "unsure";

    /// <summary>A row bears the lower half of its transaction's number: the latest with it that is not yet to come.</summary>
    const string Transaction = "((n.own - ((n.own - o.since::text::bigint) & 4294967295))::text)::xid8";

    /// <summary>Settles what is unsure.</summary>
    public static async Task SettleAsync(NpgsqlConnection connection, UndoFields fields, CancellationToken cancellationToken)
    {
        if (fields.KnowsUnfilled) return;
        await using var begin = new NpgsqlCommand($"UPDATE {UndoTables.Verdicts} SET since = x WHERE verdict = '{Unsure}'", connection);
        if (await begin.ExecuteNonQueryAsync(cancellationToken) == 0) return;
        await ExecuteAsync(UndoTables.HashJoins(are: true, alone: false));
        await using var step = new NpgsqlCommand(Step(fields), connection);
        long unsure;
        do unsure = (long)(await step.ExecuteScalarAsync(cancellationToken))!;
        while (unsure > 0);
        await ExecuteAsync(UndoTables.HashJoins(are: false, alone: false));

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// One version back, for all; returns how many are still unsure. A transaction writes to other tables too, through triggers: only what it
    /// logged of this one counts.
    /// </summary>
    static string Step(UndoFields fields) => $"""
        WITH open AS MATERIALIZED (
            SELECT v.ctid AS at, v.since, u.key, u.xid, u.hash IS NOT NULL AS hashed
            FROM {UndoTables.Verdicts} v JOIN {UndoTables.Entries} u ON u.ctid = v.u WHERE v.verdict = '{Unsure}'),
        logged AS MATERIALIZED (
            SELECT o.since, r.key, r.replaced
            FROM (SELECT DISTINCT since FROM open) o CROSS JOIN (SELECT pg_catalog.pg_current_xact_id()::text::bigint AS own) n
            JOIN headgate.change_group g ON g.xid = {Transaction} AND g.xmin = o.since AND g.replaced IS NOT NULL
            JOIN headgate.job_object j ON j.job_id = g.job_id AND j.attempt = g.attempt AND j.object_no = g.object_no
            CROSS JOIN LATERAL unnest(g.records, g.replaced) AS r (key, before, after, replaced)
            WHERE pg_catalog.to_regclass(j.table_name) = pg_catalog.to_regclass({SqlText.Literal(fields.Table)})),
        earlier AS (
            SELECT o.at, l.replaced AS since, CASE WHEN l.replaced IS NULL THEN 'changed' WHEN l.replaced IS DISTINCT FROM o.xid THEN '{Unsure}'
                                                   WHEN o.hashed THEN 'hash' ELSE 'write' END AS verdict
            FROM open o LEFT JOIN logged l ON l.since = o.since AND l.key = o.key),
        moved AS (
            UPDATE {UndoTables.Verdicts} w SET since = e.since, verdict = e.verdict, now = CASE WHEN e.verdict IN ('changed', '{Unsure}') THEN w.now END
            FROM earlier e WHERE w.ctid = e.at RETURNING w.verdict)
        SELECT count(*) FROM moved WHERE verdict = '{Unsure}'
        """;
}
