using Headgate.Connectors.Postgres.Catalog;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Follows the versions of rows back through the log, where columns that are not logged do not show whether somebody has changed them: each
/// version that a run wrote says which one it replaced. Where they lead to the one that was inserted, nobody but runs has written the row.
/// </summary>
sealed class Versions(NpgsqlConnection connection, UndoFields fields)
{
    /// <summary>The verdict on rows that hold what was inserted, as far as it is logged.</summary>
    public const string Unsure = "unsure";

    /// <summary>On those of which only a hash is logged, before it is compared.</summary>
    public const string UnsureHash = "unsure hash";

    const int MaxSteps = 100;
    const int MaxRecords = 1_000_000;

    /// <summary>The fence is held meanwhile, and a stop waits for it.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A row bears the lower half of its transaction's number: the latest with it that is not yet to come.</summary>
    const string Transaction = "((n.own - ((n.own - o.since::text::bigint) & 4294967295))::text)::xid8";

    /// <summary>Settles what is unsure. What cannot be told, or not soon, counts as changed: it is left as it is.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (await ExecuteAsync($"UPDATE {UndoTables.Verdicts} SET since = x WHERE verdict = '{Unsure}'", cancellationToken) == 0) return;
        if ((await LogSchema.ReadAsync(connection, cancellationToken)).KnowsVersions) await FollowAsync(cancellationToken);
        await ExecuteAsync($"UPDATE {UndoTables.Verdicts} SET verdict = 'changed' WHERE verdict = '{Unsure}'", cancellationToken);
    }

    async Task FollowAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(UndoTables.HashJoins(are: true, alone: false), cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        await using var step = new NpgsqlCommand(Step(), connection);
        for (var steps = 0; steps < MaxSteps && TimeProvider.System.GetElapsedTime(began) < Patience; steps++)
        {
            if ((long)(await step.ExecuteScalarAsync(cancellationToken))! == 0) break;
        }

        await ExecuteAsync(UndoTables.HashJoins(are: false, alone: false), cancellationToken);
    }

    /// <summary>
    /// One version back, for all; returns how many are still unsure. A transaction writes to other tables too, through triggers: only what it
    /// logged of this one counts. The name of a table that is not asked for is not looked up, since the role may have no right to.
    /// </summary>
    string Step() => $"""
        WITH open AS MATERIALIZED (
            SELECT v.ctid AS at, v.since, u.key, u.xid FROM {UndoTables.Verdicts} v JOIN {UndoTables.Entries} u ON u.ctid = v.u
            WHERE v.verdict = '{Unsure}'),
        written AS MATERIALIZED (
            SELECT o.since, g.records, g.replaced, g.row_count
            FROM (SELECT DISTINCT since FROM open) o CROSS JOIN (SELECT pg_catalog.pg_current_xact_id()::text::bigint AS own) n
            JOIN headgate.change_group g ON g.xid = {Transaction} AND g.xmin = o.since AND g.replaced IS NOT NULL
            WHERE (SELECT pg_catalog.to_regclass(j.table_name) FROM headgate.job_object j
                   WHERE j.job_id = g.job_id AND j.attempt = g.attempt AND j.object_no = g.object_no)
                = pg_catalog.to_regclass({SqlText.Literal(fields.Table)})),
        logged AS MATERIALIZED (
            SELECT w.since, r.key, r.replaced FROM written w CROSS JOIN LATERAL unnest(w.records, w.replaced) AS r (key, before, after, replaced)
            WHERE (SELECT sum(row_count) FROM written) <= {MaxRecords}),
        moved AS (
            UPDATE {UndoTables.Verdicts} w SET since = e.replaced, verdict = e.verdict FROM (
                SELECT o.at, l.replaced, CASE WHEN l.replaced IS NULL THEN 'changed' WHEN l.replaced = o.xid THEN 'write' ELSE '{Unsure}' END AS verdict
                FROM open o LEFT JOIN logged l ON l.since = o.since AND l.key = o.key) e
            WHERE w.ctid = e.at RETURNING w.verdict)
        SELECT count(*) FROM moved WHERE verdict = '{Unsure}'
        """;

    async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
