using Headgate.Connectors.Fencing;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>Moves in the connector's own database; what is in doubt is read in the transaction of the move.</summary>
sealed class CounterFence(CounterConnection connection) : IFence
{
    public Task<string> CheckAsync(CancellationToken cancellationToken) => Task.FromResult("the counters");

    public async Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken)
    {
        await using var session = await connection.Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        if (!await LockAsync(session, move, cancellationToken)) return new FenceMoveResult.Held("A request is not answered yet.");
        var moved = await ExecuteAsync(
            session,
            """
            insert into fence as f values ($1, $2, $3, $4, $5, $6) on conflict (pipeline_id) do update
            set job_id = excluded.job_id, job_no = excluded.job_no, attempt = excluded.attempt, epoch = excluded.epoch, open = excluded.open
            where (f.job_no, f.epoch) <= (excluded.job_no, excluded.epoch)
            """,
            move.PipelineId, move.JobId, move.JobNo, move.Attempt, move.Epoch, move.Open);
        if (moved == 0) return new FenceMoveResult.Passed(IsOpenForJob: false);
        if (!move.Open) await ExecuteAsync(session, "update intent set was_in_doubt = true where job_id = $1 and outcome is null", move.JobId);
        var counts = Sum(await EntriesAsync(session, move.JobId, move.Attempt, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return new FenceMoveResult.Moved(counts, TimeProvider.System.GetUtcNow());
    }

    public async Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var session = await connection.Database.OpenConnectionAsync(cancellationToken);
        return await EntriesAsync(session, jobId, attempt, cancellationToken);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // Whoever waits for an answer holds the lock; by force its session is ended, and whatever is answered is not heard of any more.
    static async Task<bool> LockAsync(NpgsqlConnection session, FenceMove move, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using (var trying = new NpgsqlCommand($"select pg_try_advisory_xact_lock({CounterConnection.Lock})", session))
                if (await trying.ExecuteScalarAsync(cancellationToken) is true) return true;
            if (move.Force)
            {
                await ExecuteAsync(
                    session,
                    """
                    select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and classid = 77 and objid = 1
                      and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()
                    """);
            }
            else if (TimeProvider.System.GetElapsedTime(since) > move.Patience)
            {
                return false;
            }
        }
    }

    // What a batch that was broken off has sent counts as well, by what is known of each record.
    static async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(NpgsqlConnection session, Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select l.object_no, l.segment_no, l.rows, l.next_row, count(*) filter (where i.outcome = 'Written'),
                   count(*) filter (where i.job_id is not null and (i.outcome is null or i.outcome = 'Unknowable'))
            from ledger l left join intent i using (job_id, attempt, object_no, segment_no)
            where l.job_id = $1 and l.attempt = $2 group by l.object_no, l.segment_no, l.rows, l.next_row
            """,
            session);
        command.Parameters.AddWithValue(jobId);
        command.Parameters.AddWithValue(attempt);
        return await command.ListAsync(
            row => new LedgerEntry(
                row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3),
                new RecordCounts { Written = row.GetInt64(4), Inserted = row.GetInt64(4), InDoubt = row.GetInt64(5) }),
            cancellationToken);
    }

    static Dictionary<int, RecordCounts> Sum(IReadOnlyList<LedgerEntry> entries) => entries.GroupBy(entry => entry.ObjectNo).ToDictionary(
        group => group.Key,
        group => new RecordCounts
        {
            Written = group.Sum(entry => entry.Counts.Written),
            Inserted = group.Sum(entry => entry.Counts.Inserted),
            InDoubt = group.Sum(entry => entry.Counts.InDoubt),
        });

    static async Task<int> ExecuteAsync(NpgsqlConnection session, string sql, params IEnumerable<object> values)
    {
        await using var command = new NpgsqlCommand(sql, session);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return await command.ExecuteNonQueryAsync();
    }
}
