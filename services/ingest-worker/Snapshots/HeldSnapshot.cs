using Headgate.Connectors.Sources;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Snapshots;

/// <summary>A snapshot's session that this process holds open.</summary>
sealed class HeldSnapshot(Guid id, Guid jobId, ISourceSnapshot session, Shared<ISource> source, long openedAt) : IAsyncDisposable
{
    readonly SemaphoreSlim _session = new(1, 1);
    bool _isClosed;

    public Guid Id => id;

    public Guid JobId => jobId;

    public string Name => session.Id;

    public DateTimeOffset UpperBound => session.UpperBound;

    public bool SeesAllTransactions => session.SeesAllTransactions;

    public long OpenedAt => openedAt;

    /// <summary>Throws when the session has ended.</summary>
    public async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        await _session.WaitAsync(cancellationToken);
        try
        {
            if (!_isClosed) await session.KeepAliveAsync(cancellationToken);
        }
        finally
        {
            _session.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _session.WaitAsync();
        try
        {
            if (_isClosed) return;
            _isClosed = true;
            await session.DisposeAsync();
            source.Dispose();
        }
        finally
        {
            _session.Release();
        }
    }
}
