using System.Diagnostics;
using Headgate.Connectors.Fencing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>Takes a pipeline's lock exclusively, by waiting for its writers or by terminating them.</summary>
sealed class ExclusiveLock(NpgsqlDataSource dataSource, NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(3);

    // Seconds. A server that does not even say that the lock was not to be had is silent.
    const int Grace = 10;

    /// <returns>Null once it is had; after the move's patience, who still holds it.</returns>
    public Task<string?> TakeAsync(FenceMove move, CancellationToken cancellationToken)
    {
        var key = LockKey.Of(move.PipelineId);
        return move.Force ? ForceAsync(key, move.Patience, cancellationToken) : WaitAsync(key, move.Patience, cancellationToken);
    }

    async Task<string?> WaitAsync(int key, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await LockAsync(key, patience, cancellationToken)) return null;
        await using var other = await dataSource.OpenConnectionAsync(cancellationToken);
        return await LockHolders.DescribeAsync(other, key, cancellationToken);
    }

    /// <summary>
    /// Queues for the lock in one session, which keeps new writers from getting it, and terminates those that hold it from another,
    /// again and again: one that was about to get it before us holds it a moment later.
    /// </summary>
    async Task<string?> ForceAsync(int key, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var locking = LockAsync(key, patience, stop.Token);
        try
        {
            // Nobody holds it, most often: that costs no second session.
            await Task.WhenAny(locking, Task.Delay(Glance, cancellationToken));
            if (locking.IsCompleted && await locking) return null;
            await using var other = await dataSource.OpenConnectionAsync(cancellationToken);
            var since = Stopwatch.GetTimestamp();
            while (!locking.IsCompleted && Stopwatch.GetElapsedTime(since) < patience)
            {
                await LockHolders.TerminateAsync(other, key, cancellationToken);
                await Task.WhenAny(locking, Task.Delay(Round, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }

            return await locking ? null : await LockHolders.DescribeAsync(other, key, cancellationToken);
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAny(locking);
            throw;
        }
    }

    /// <returns>False if the patience passed; the transaction is over then.</returns>
    async Task<bool> LockAsync(int key, TimeSpan patience, CancellationToken cancellationToken)
    {
        // A lock_timeout of 0 would be none at all.
        var milliseconds = (int)Math.Clamp(patience.TotalMilliseconds, 1, int.MaxValue / 2);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            Timeout = (milliseconds / 1000) + Grace,
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    "SELECT pg_catalog.set_config('lock_timeout', $1, true), pg_catalog.set_config('statement_timeout', '0', true)")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = $"{milliseconds}ms" } },
                },
                new NpgsqlBatchCommand("SELECT pg_catalog.pg_advisory_xact_lock($1, $2)")
                {
                    Parameters =
                    {
                        new NpgsqlParameter<int> { TypedValue = LockClass.Pipeline },
                        new NpgsqlParameter<int> { TypedValue = key },
                    },
                },
            },
        };
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }
}
