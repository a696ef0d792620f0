using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;

namespace Headgate.IngestWorker.Loading;

/// <summary>A segment that this process is loading; disposing takes it off the reports.</summary>
sealed class SegmentInHand(Guid jobId, int epoch, int objectNo, int segmentNo, Action<SegmentInHand> remove) : IDisposable
{
    RecordCounts? _counts;
    int _rejectPeak;
    long _busyMs;
    bool _hasNews;

    public Guid JobId => jobId;

    public int Epoch => epoch;

    public int ObjectNo => objectNo;

    public int SegmentNo => segmentNo;

    /// <summary>Records taken so far; null: not known yet.</summary>
    public RecordCounts? Counts => Volatile.Read(ref _counts);

    /// <summary>Whether anything was reported since it was told last, be it the same number: that is a sign of life.</summary>
    public bool HasNews => Volatile.Read(ref _hasNews);

    /// <param name="counts">Records taken so far.</param>
    /// <param name="rejectPeak">The most rejected records of any window.</param>
    /// <param name="busyMs">How long the destination took.</param>
    public void Report(RecordCounts counts, int rejectPeak = 0, long busyMs = 0)
    {
        Volatile.Write(ref _rejectPeak, rejectPeak);
        Volatile.Write(ref _busyMs, busyMs);
        Volatile.Write(ref _counts, counts);
        Volatile.Write(ref _hasNews, true);
    }

    /// <summary>What is told from here on is old, unless it turns out that nobody heard it. Null: nothing is known yet.</summary>
    public SegmentProgress? Tell()
    {
        // Before the numbers are read: what is reported in between is told again, and never missed.
        Interlocked.Exchange(ref _hasNews, false);
        return Counts is not { } counts ? null : new SegmentProgress
        {
            ObjectNo = objectNo,
            SegmentNo = segmentNo,
            Written = counts.Written,
            Inserted = counts.Inserted,
            Updated = counts.Updated,
            Unchanged = counts.Unchanged,
            Rejected = counts.Rejected,
            Deleted = counts.Deleted,
            Vanished = counts.Vanished,
            RejectPeak = Volatile.Read(ref _rejectPeak),
            BusyMs = Volatile.Read(ref _busyMs),
        };
    }

    public void TellAgain() => Volatile.Write(ref _hasNews, true);

    public void Dispose() => remove(this);
}
