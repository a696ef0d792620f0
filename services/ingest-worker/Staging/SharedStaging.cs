using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Keeps workers out that have a staging directory of their own: they would find the segments of the others lost, again and again. Each
/// worker says which directory it has, under a lease; one that starts waits until none with another directory lives, and gives up.
/// </summary>
sealed partial class SharedStaging(IngestState state, StagingDirectory staging, TimeProvider time, ILogger<SharedStaging> log) : BackgroundService
{
    /// <summary>How long a worker that was killed is taken to live.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    static readonly string Name = $"{Environment.MachineName}:{Environment.ProcessId}";

    readonly Guid _worker = Guid.NewGuid();
    Guid _directory;

    /// <exception cref="InvalidOperationException">A worker with another directory lives, or this one cannot be used.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _directory = StagingMarker.ReadOrCreate(staging);
        var since = time.GetTimestamp();
        while (await EnterAsync(cancellationToken) is { } other)
        {
            if (time.GetElapsedTime(since) > Lease * 1.5)
            {
                throw new InvalidOperationException(
                    $"HEADGATE_STAGING is not the directory that worker {other} has: all workers of an installation share one. "
                    + "Mount it here, or stop the other workers first.");
            }

            LogOther(other);
            await Task.Delay(Retry, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync("delete from ingest.worker where worker_id = $1", cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync($"update ingest.worker set lease_until = now() + interval '{Lease.TotalSeconds} seconds' where worker_id = $1", stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; StopAsync takes it off the list.
        }
    }

    /// <summary>Enters this worker on the list; or names one that lives with another directory.</summary>
    async Task<string?> EnterAsync(CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two that start together see each other.
        await using var command = new NpgsqlCommand(
            """
            lock table ingest.worker in share row exclusive mode;
            delete from ingest.worker where lease_until < now() - interval '1 day';
            """,
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var entering = new NpgsqlCommand(
            $"""
             with other as (select name from ingest.worker where lease_until > now() and staging_id <> $3 order by started_at limit 1),
             entered as (insert into ingest.worker (worker_id, name, staging_id, lease_until)
                         select $1, $2, $3, now() + interval '{Lease.TotalSeconds} seconds' where not exists (select from other))
             select name from other
             """,
            connection);
        var other = (string?)await entering.With(_worker, Name, _directory).ExecuteScalarAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return other;
    }

    // A lease that is not renewed runs out: nothing is lost but the protection against a directory of somebody's own.
    async Task TryAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = state.Source.CreateCommand(sql);
            await command.With(_worker).ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            LogNotRenewed(error.GetType().Name);
        }
    }
}
