using System.Diagnostics;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>
/// Lets go of keys that earlier jobs of the pipeline noted and did not come to let go of: they were canceled, or failed, and whatever the
/// pipeline does now need not look for rows that vanished any more.
/// </summary>
sealed class LeftKeys(NpgsqlDataSource dataSource, JobTicket ticket)
{
    /// <summary>A launch is not to wait for it for long: what is left then is for the next one.</summary>
    static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    const int AtOnce = 50_000;

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var set in await FindAsync(cancellationToken))
        {
            while (await RemoveAsync(set, cancellationToken))
            {
                if (Stopwatch.GetElapsedTime(since) > Budget) return;
            }
        }
    }

    async Task<IReadOnlyList<long>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT set_id FROM headgate.full_read
            WHERE pipeline_id = $1 AND state NOT IN ('done', 'dropped') AND (job_id <> $2 OR attempt <> $3) ORDER BY set_id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.JobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Attempt });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var sets = new List<long>();
        while (await row.ReadAsync(cancellationToken)) sets.Add(row.GetInt64(0));
        return sets;
    }

    /// <returns>Whether there may be more of the set.</returns>
    async Task<bool> RemoveAsync(long set, CancellationToken cancellationToken)
    {
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [], read: null, cancellationToken);
        if (transaction.Refused is not null) return false;
        await using var delete = transaction.Command($"""
            DELETE FROM headgate.seen_key WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM headgate.seen_key WHERE set_id = $1 ORDER BY key_hash LIMIT {AtOnce}))
            """, new NpgsqlParameter<long> { TypedValue = set });
        var more = await delete.ExecuteNonQueryAsync(cancellationToken) == AtOnce;
        await using var drop = transaction.Command(
            "UPDATE headgate.full_read SET state = 'dropped' WHERE set_id = $1", new NpgsqlParameter<long> { TypedValue = set });
        if (!more) await drop.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync();
        return more;
    }
}
