namespace Headgate.IngestWorker.Loading;

/// <summary>A segment that this process is loading; disposing takes it off the reports.</summary>
sealed class SegmentInHand(Guid jobId, int epoch, int objectNo, int segmentNo, Action<SegmentInHand> remove) : IDisposable
{
    long _written = -1;
    long _told = -1;

    public Guid JobId => jobId;

    public int Epoch => epoch;

    public int ObjectNo => objectNo;

    public int SegmentNo => segmentNo;

    /// <summary>Records taken so far; -1: not known yet.</summary>
    public long Written => Volatile.Read(ref _written);

    public bool HasNews => Written != _told;

    public void Report(long written) => Volatile.Write(ref _written, written);

    public void Told(long written) => _told = written;

    public void Dispose() => remove(this);
}
