using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Rules;
using Headgate.Schedules;

namespace Headgate.Scheduler.Schedules;

/// <summary>What is to be done for a pipeline of which runs have come due.</summary>
/// <param name="Runs">Those that are started.</param>
/// <param name="Missed">Those that are recorded; null: none.</param>
/// <param name="DoneUntil">Up to where it is done with that; null: nothing has come due yet.</param>
/// <param name="Next">What comes due behind them; null: nothing does.</param>
sealed record DueRuns(IReadOnlyList<DateTimeOffset> Runs, MissedRuns? Missed, DateTimeOffset? DoneUntil, NextFire? Next)
{
    static readonly TimeSpan Moment = TimeSpan.FromTicks(1);

    /// <summary>What has come due, jitter and all, until a moment.</summary>
    /// <param name="rule">The pipeline's schedule.</param>
    /// <param name="now">The moment.</param>
    /// <param name="missedAfter">A run that is later than this was missed.</param>
    public static DueRuns Until(StartRule rule, DateTimeOffset now, TimeSpan missedAfter) => Until(rule, now, missedAfter, waitsForJitter: true);

    /// <summary>What has come due under a schedule until it was replaced, or switched off: whatever jitter is left is not waited for.</summary>
    public static DueRuns UntilReplaced(StartRule rule, DateTimeOffset at, TimeSpan missedAfter) => Until(rule, at, missedAfter, waitsForJitter: false);

    static DueRuns Until(StartRule rule, DateTimeOffset now, TimeSpan missedAfter, bool waitsForJitter)
    {
        if (rule.Schedule is null) return new DueRuns([], null, null, null);
        var dues = DueTimes.Of(rule.Schedule, rule.Anchor);
        // Too late by any jitter: they are counted without a look at each, as there may be very many of them.
        var missed = dues.Count(rule.DoneUntil, now - missedAfter - rule.Schedule.Jitter - Moment);
        var runs = new List<DateTimeOffset>();
        foreach (var due in dues.Between(missed?.Last ?? rule.DoneUntil, now))
        {
            var fire = due + NextFire.JitterOf(rule, dues, due);
            if (waitsForJitter && fire > now) break;
            if (now - fire <= missedAfter) runs.Add(due);
            else missed = DueSpan.Add(missed, due);
        }

        var all = runs.Aggregate(missed, DueSpan.Add);
        var next = NextFire.After(rule, dues, all?.Last ?? rule.DoneUntil);
        if (missed is null || all is null) return new DueRuns(runs, null, all?.Last, next);
        if (rule.Schedule.Misfire == MisfirePolicy.Skip)
            return new DueRuns(runs, new MissedRuns(missed.Count, missed.First, missed.Last, null), all.Last, next);
        // One run makes up for all that have come due, those included that are not late enough to be missed.
        var others = all.Count > 1 ? new MissedRuns(all.Count - 1, all.First, all.BeforeLast, all.Last) : null;
        return new DueRuns([all.Last], others, all.Last, next);
    }
}
