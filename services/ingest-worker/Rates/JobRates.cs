using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;

namespace Headgate.IngestWorker.Rates;

/// <summary>
/// The ceilings of jobs that this process has heard of, by broadcast or with a segment. Segments may have waited in a lane since before the
/// last change: the later setting holds, however it came.
/// </summary>
sealed class JobRates(TimeProvider time)
{
    /// <summary>Jobs whose ceiling is remembered without a segment in hand.</summary>
    public const int Remembered = 1_000;

    /// <summary>For how long: a state database that was restored to an earlier point counts settings anew.</summary>
    public static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    readonly Lock _gate = new();
    readonly Dictionary<Guid, Entry> _jobs = [];

    /// <summary>The ceiling of a segment that is taken into hand; it is followed until it is disposed.</summary>
    public RateInHand Take(ExtractSegment segment) => Take(segment.JobId, new RateSetting(segment.RateNo, segment.MaxRowsPerSecond));

    /// <inheritdoc cref="Take(ExtractSegment)"/>
    public RateInHand Take(LoadSegment segment) => Take(segment.JobId, new RateSetting(segment.RateNo, segment.MaxRowsPerSecond));

    /// <inheritdoc cref="Take(ExtractSegment)"/>
    public RateInHand Take(FinishObjects finish) => Take(finish.JobId, new RateSetting(finish.RateNo, finish.MaxRowsPerSecond));

    /// <summary>A job's rate was set.</summary>
    public void Change(JobRateChanged changed)
    {
        lock (_gate) Know(changed.JobId, new RateSetting(changed.RateNo, changed.MaxRowsPerSecond));
    }

    RateInHand Take(Guid jobId, RateSetting setting)
    {
        lock (_gate)
        {
            var entry = Know(jobId, setting);
            entry.InHand++;
            return new RateInHand(entry.Rate, () => GiveBack(entry));
        }
    }

    Entry Know(Guid jobId, RateSetting setting)
    {
        if (_jobs.TryGetValue(jobId, out var known) && !IsForgotten(known))
        {
            known.Rate.Set(setting);
            known.HeardAt = time.GetTimestamp();
            return known;
        }

        if (_jobs.Count >= Remembered) Forget();
        return _jobs[jobId] = new Entry(new JobRate(setting)) { HeardAt = time.GetTimestamp() };
    }

    void GiveBack(Entry entry)
    {
        lock (_gate)
        {
            entry.InHand--;
            entry.HeardAt = time.GetTimestamp();
        }
    }

    // Half of them at once, those heard of first: it is not worth an order of its own.
    void Forget()
    {
        var idle = _jobs.Where(job => job.Value.InHand == 0).OrderBy(job => job.Value.HeardAt).Take(Remembered / 2).ToList();
        foreach (var job in idle) _jobs.Remove(job.Key);
    }

    bool IsForgotten(Entry entry) => entry.InHand == 0 && time.GetElapsedTime(entry.HeardAt) > RememberedFor;

    sealed class Entry(JobRate rate)
    {
        public JobRate Rate { get; } = rate;

        public int InHand { get; set; }

        public long HeardAt { get; set; }
    }
}
