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

    /// <summary>What is told from here on is old, unless it turns out that nobody heard it.</summary>
    public long Tell()
    {
        // Before the number is read: what is reported in between is told again, and never missed.
        Interlocked.Exchange(ref _hasNews, false);
        return Written;
    }

    public void TellAgain() => Volatile.Write(ref _hasNews, true);

    public void Dispose() => remove(this);
}
