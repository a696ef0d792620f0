using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Keeps workers out that have a staging directory of their own: they would find the segments of the others lost, again and again. Each
/// worker is on a list, under a lease, and has a file in its directory. One that starts waits until it sees the files of all that live,
/// and gives up; one that does not see them any more stops.
/// </summary>
sealed partial class SharedStaging(
    IngestState state, StagingDirectory staging, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SharedStaging> log) : BackgroundService
{
    /// <summary>How long a worker that was killed is taken to live.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    static readonly string Name = $"{Environment.MachineName}:{Environment.ProcessId}";

    readonly WorkerFiles _files = new(staging);
    readonly Guid _worker = Guid.NewGuid();

    /// <exception cref="InvalidOperationException">A worker with another directory lives, or this one cannot be used.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
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
        try
        {
            await using var command = state.Source.CreateCommand("delete from ingest.worker where worker_id = $1");
            await command.With(_worker).ExecuteNonQueryAsync(cancellationToken);
            _files.Delete(_worker);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The lease runs out by itself.
            LogNotRenewed(error.GetType().Name);
        }
    }

    /// <summary>Enters or renews; a worker that finds others without their files was away so long that they came in with another directory.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await EnterAsync(cancellationToken) is not { } other) return;
            LogStopping(other);
            lifetime.StopApplication();
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The state database is away, or the directory for a moment: the next renewal sees.
            LogNotRenewed(error.GetType().Name);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; StopAsync takes it off the list.
        }
    }

    /// <summary>Puts this worker on the list, or its lease forward; or names one that lives and whose file is not here.</summary>
    async Task<string?> EnterAsync(CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two that start together see each other, and nobody takes away the file of one that is entering.
        await using (var locking = new NpgsqlCommand("lock table ingest.worker in share row exclusive mode", connection))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        var living = await OthersAsync(connection, cancellationToken);
        WriteFile();
        if (living.FirstOrDefault(other => !_files.Has(other.Id)) is { Name: { } stranger }) return stranger;

        _files.DeleteOthers([_worker, .. living.Select(other => other.Id)]);
        await using var entering = new NpgsqlCommand(
            $"""
             delete from ingest.worker where lease_until < now() - interval '1 day';
             insert into ingest.worker (worker_id, name, lease_until) values ('{_worker}', '{Name}', now() + interval '{Lease.TotalSeconds} seconds')
             on conflict (worker_id) do update set lease_until = excluded.lease_until
             """,
            connection);
        await entering.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return null;
    }

    async Task<List<(Guid Id, string Name)>> OthersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select worker_id, name from ingest.worker where lease_until > now() and worker_id <> $1 order by started_at", connection);
        await using var rows = await command.With(_worker).ExecuteReaderAsync(cancellationToken);
        var living = new List<(Guid, string)>();
        while (await rows.ReadAsync(cancellationToken)) living.Add((rows.GetGuid(0), rows.GetString(1)));
        return living;
    }

    void WriteFile()
    {
        try
        {
            _files.Write(_worker);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"HEADGATE_STAGING names a directory that cannot be written ({error.GetType().Name}).", error);
        }
    }
}
