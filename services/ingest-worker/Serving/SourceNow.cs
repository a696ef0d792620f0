using Headgate.Connectors.Sources;

namespace Headgate.IngestWorker.Serving;

/// <summary>A source as it is now: under a snapshot that is not kept for long, since an old one keeps the source from cleaning up.</summary>
sealed class SourceNow(ISource source, TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    ISourceSnapshot? _snapshot;
    long _opened;

    public ISource Source => source;

    /// <summary>The snapshot to read under next.</summary>
    public async Task<ISourceSnapshot> SnapshotAsync(CancellationToken cancellationToken)
    {
        if (_snapshot is { } standing && time.GetElapsedTime(_opened) < LongEnough) return standing;
        await DisposeAsync();
        _opened = time.GetTimestamp();
        return _snapshot = await source.OpenSnapshotAsync(TimeSpan.Zero, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_snapshot is { } standing) await standing.DisposeAsync();
        _snapshot = null;
    }
}
