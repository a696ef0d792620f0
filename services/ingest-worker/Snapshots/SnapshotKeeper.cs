using System.Collections.Concurrent;
using Headgate.Connectors;
using Headgate.Contracts.Extraction;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Systems;
using Npgsql;

namespace Headgate.IngestWorker.Snapshots;

/// <summary>
/// Holds snapshots open between messages: a handler lives for seconds, a read for hours. Each is renewed every 3 seconds and closed
/// once it is released, is too old, or has ended by itself.
/// </summary>
sealed partial class SnapshotKeeper(
    SnapshotLeases leases, SystemConnections systems, WorkerOptions options, TimeProvider time, ILogger<SnapshotKeeper> log)
    : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    readonly ConcurrentDictionary<Guid, HeldSnapshot> _held = new();

    /// <summary>How many are held here.</summary>
    public int Count => _held.Count;

    /// <summary>Opens a snapshot of the job's source and holds it from now on.</summary>
    public async Task<HeldSnapshot> OpenAsync(PrepareJob job, CancellationToken cancellationToken)
    {
        var source = systems.Source(job.Pipeline.Source);
        try
        {
            var session = await source.Value.OpenSnapshotAsync(job.Pipeline.Extract.CursorLag, cancellationToken);
            var held = new HeldSnapshot(Guid.NewGuid(), job.JobId, session, source, time.GetTimestamp());
            return await RegisterAsync(held, job, cancellationToken);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Closes the snapshot at once if this process holds it; another one sees it at its next renewal.</summary>
    public async Task CloseAsync(Guid id)
    {
        await leases.ReleaseAsync(id, CancellationToken.None);
        await LetGoAsync(id);
    }

    /// <summary>Closes the snapshot if nothing is left to be read under it.</summary>
    public async Task CloseIfDoneAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await leases.ReleaseIfDoneAsync(id, cancellationToken)) await LetGoAsync(id);
    }

    /// <summary>Looks after every snapshot that is held here; those that were released are closed.</summary>
    public Task RenewAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_held.Values.Select(held => RenewAsync(held, cancellationToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var held in _held.Values) await TryCloseAsync(held);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RenewAllAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; StopAsync closes what is held.
        }
    }

    async Task<HeldSnapshot> RegisterAsync(HeldSnapshot held, PrepareJob job, CancellationToken cancellationToken)
    {
        try
        {
            await leases.AddAsync(held.Id, job, held.Name, cancellationToken);
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }

        _held[held.Id] = held;
        LogOpened(held.Id, held.JobId);
        if (!held.SeesAllTransactions && job.Pipeline.Objects.Any(entry => entry is { Include: true, Cursor: not null })) LogHalfBlind(held.JobId);
        return held;
    }

    async Task RenewAsync(HeldSnapshot held, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            if (time.GetElapsedTime(held.OpenedAt) > options.SnapshotMaxAge) await GiveUpAsync(held, "it is too old");
            else if (!await leases.RenewAsync(held.Id, patience.Token)) await LetGoAsync(held.Id);
            else if (await leases.ReleaseIfDoneAsync(held.Id, patience.Token)) await LetGoAsync(held.Id);
            else await held.KeepAliveAsync(patience.Token);
        }
        catch (ConnectorException lost)
        {
            await GiveUpAsync(held, lost.Problem.Code);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The state database is away: the lease outlives some failed renewals.
            LogNotRenewed(held.Id, held.JobId, error.GetType().Name);
        }
    }

    async Task GiveUpAsync(HeldSnapshot held, string why)
    {
        LogLost(held.Id, held.JobId, why);
        await TryCloseAsync(held);
    }

    async Task TryCloseAsync(HeldSnapshot held)
    {
        try
        {
            await CloseAsync(held.Id);
        }
        catch (NpgsqlException error)
        {
            LogNotRenewed(held.Id, held.JobId, error.GetType().Name);
            await LetGoAsync(held.Id);
        }
    }

    async Task LetGoAsync(Guid id)
    {
        if (!_held.TryRemove(id, out var held)) return;
        await held.DisposeAsync();
        LogClosed(held.Id, held.JobId);
    }
}
