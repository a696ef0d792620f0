namespace Headgate.IngestWorker.Loading;

/// <summary>A segment that this process is loading; disposing takes it off the reports.</summary>
sealed class SegmentInHand(Guid jobId, int epoch, int objectNo, int segmentNo, Action<SegmentInHand> remove) : IDisposable
{
    long _written = -1;
    bool _hasNews;

    public Guid JobId => jobId;

    public int Epoch => epoch;

    public int ObjectNo => objectNo;

    public int SegmentNo => segmentNo;

    /// <summary>Records taken so far; -1: not known yet.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Whether anything was reported since it was told last, be it the same number: that is a sign of life.</summary>
    public bool HasNews => Volatile.Read(ref _hasNews);

    public void Report(long written)
    {
        Volatile.Write(ref _written, written);
        Volatile.Write(ref _hasNews, true);
    }

    public long Tell()
    {
        Volatile.Write(ref _hasNews, false);
        return Written;
    }

    public void Dispose() => remove(this);
}
