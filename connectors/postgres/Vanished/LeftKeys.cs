using System.Diagnostics;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>
/// Lets go of keys that jobs have noted and did not come to let go of. Those of the pipeline's earlier jobs: they were canceled, or failed,
/// and whatever the pipeline does now need not look for rows that vanished any more. And those of other pipelines that nobody has gone on
/// with for very long: they may have been deleted, and no launch of theirs will come.
/// </summary>
/// <param name="dataSource">Where.</param>
/// <param name="ticket">In whose name.</param>
/// <param name="retention">How long what a job leaves is kept.</param>
/// <param name="atOnce">Keys of one transaction.</param>
sealed class LeftKeys(NpgsqlDataSource dataSource, JobTicket ticket, TimeSpan retention, int atOnce = 50_000)
{
    /// <summary>A launch is not to wait for it for long: what is left then is for the next one, of whichever pipeline.</summary>
    static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    /// <summary>A job of another pipeline may be resumed for so long at least; after that it may have to be restarted.</summary>
    static readonly TimeSpan Untouched = TimeSpan.FromDays(30);

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            await LeaveAsync(cancellationToken);
            for (var more = true; more && Stopwatch.GetElapsedTime(since) < Budget;) more = await NextAsync(cancellationToken);
        }
        catch (PostgresException)
        {
            // The job does not need them gone, and the next launch tries again.
        }
    }

    /// <summary>
    /// From here on nothing counts as vanished by these reads: who goes on with one all the same finds it so under the row's lock. One that
    /// is being gone on with is passed over.
    /// </summary>
    internal async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [], read: null, cancellationToken);
        if (transaction.Refused is not null) return;
        await using var leave = transaction.Command("""
            UPDATE headgate.full_read SET state = 'left', leaf = 0, next_block = $4, updated_at = pg_catalog.clock_timestamp()
            WHERE ctid = ANY (ARRAY(
                SELECT f.ctid FROM headgate.full_read f LEFT JOIN headgate.fence c ON c.pipeline_id = f.pipeline_id
                WHERE f.state NOT IN ('done', 'dropped') AND f.state <> 'left' AND (
                    f.pipeline_id = $1 AND (f.job_id <> $2 OR f.attempt <> $3 OR f.read_no < (
                        SELECT max(o.read_no) FROM headgate.full_read o
                        WHERE o.job_id = $2 AND o.attempt = $3 AND o.object_no = f.object_no))
                    OR f.pipeline_id <> $1 AND NOT c.open AND c.moved_at < pg_catalog.now() - $5 AND f.updated_at < pg_catalog.now() - $5)
                FOR UPDATE OF f SKIP LOCKED))
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.PipelineId }, new NpgsqlParameter<Guid> { TypedValue = ticket.JobId },
            new NpgsqlParameter<int> { TypedValue = ticket.Attempt }, new NpgsqlParameter<long> { TypedValue = long.MinValue },
            new NpgsqlParameter<TimeSpan> { TypedValue = retention > Untouched ? retention : Untouched });
        await leave.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync();
    }

    /// <summary>The next part of a read that is left; one that another launch has in hand is its own.</summary>
    /// <returns>Whether there was any.</returns>
    internal async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        const string next = """
            SELECT set_id, next_block FROM headgate.full_read WHERE state = 'left' ORDER BY set_id LIMIT 1 FOR UPDATE SKIP LOCKED
            """;
        var found = new List<(long Set, long From)>();
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [new NpgsqlBatchCommand(next)], async row =>
        {
            if (await row.ReadAsync(cancellationToken)) found.Add((row.GetInt64(0), row.GetInt64(1)));
        }, cancellationToken);
        if (transaction.Refused is not null || found is not [var (set, from)]) return false;
        var (deleted, last) = await SeenKeys.DeleteAsync(transaction, set, from, atOnce, cancellationToken);
        await using var move = transaction.Command("""
            UPDATE headgate.full_read SET state = $2, next_block = $3, updated_at = pg_catalog.clock_timestamp()
            WHERE set_id = $1 AND state = 'left'
            """,
            new NpgsqlParameter<long> { TypedValue = set },
            new NpgsqlParameter<string> { TypedValue = deleted < atOnce ? "dropped" : "left" },
            new NpgsqlParameter<long> { TypedValue = last ?? from });
        await move.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync();
        return true;
    }
}
