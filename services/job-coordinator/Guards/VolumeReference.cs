using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Guards;

/// <summary>How many records of an object there usually are, and how many there may be.</summary>
/// <param name="Usual">The median of the runs gone by; where there are too few of its own kind, the most that any run brought.</param>
/// <param name="Largest">The most that a run brought.</param>
/// <param name="Runs">How many runs it is of.</param>
/// <param name="Limit">More than these are too many.</param>
sealed record VolumeReference(double Usual, long Largest, int Runs, long Limit)
{
    /// <summary>Fewer can be put back by hand; small tables double from one day to the next.</summary>
    public const long Least = 1_000;

    // Beside the pipeline's own ratio, so that a table whose runs differ much is not held for being so: twice the most that there ever was, and
    // far outside of the spread.
    const int TimesLargest = 2;
    const int TimesSpread = 8;

    // Only a longer time than usual since the last run makes for more records than usual.
    const double Late = 1.5;

    /// <summary>Null: too few runs to judge by.</summary>
    public static VolumeReference? Of(VolumeGuard guard, bool full, ObjectHistory history, DateTimeOffset now)
    {
        var own = full ? history.Full : history.Part;
        if (own.Count >= guard.MinRuns)
        {
            // A table that has grown by its incremental runs is read with all that they have inserted.
            var grown = full ? history.Part.Grown : 0;
            var limit = Max(guard.MaxRatio * (own.Median + grown), TimesLargest * (own.Largest + grown), own.Median + grown + (TimesSpread * own.Spread));
            return new VolumeReference(own.Median + grown, own.Largest + grown, own.Count, AtLeast(full ? limit : CatchUp(limit, own, now)));
        }

        if (history.Count < guard.MinRuns) return null;
        var largest = Math.Max(history.Full.Largest + history.Part.Grown, history.Part.Largest);
        return new VolumeReference(largest, largest, history.Count, AtLeast(guard.MaxRatio * largest));
    }

    // What came together while nothing ran: in proportion to the time, and no more than twice what the largest days brought.
    static double CatchUp(double limit, RunHistory history, DateTimeOffset now)
    {
        if (history.Interval is not { } interval || history.Ended is not [var last, ..] || now - last < interval * Late) return limit;
        var gap = now - last;
        var times = interval > TimeSpan.Zero ? gap / interval : 1;
        return Math.Max(limit, Math.Min(limit * times, TimesLargest * history.LargestDay * Math.Max(1, gap.TotalDays)));
    }

    static double Max(double one, double other, double third) => Math.Max(one, Math.Max(other, third));

    static long AtLeast(double limit) => Math.Max(Least, (long)Math.Min(limit, long.MaxValue / 2));
}
