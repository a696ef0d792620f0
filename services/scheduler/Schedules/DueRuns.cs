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
        var (runs, missed) = (new List<DateTimeOffset>(), 0);
        DateTimeOffset first = default, lastMissed = default, beforeLast = default, last = default;
        foreach (var due in dues.Between(rule.DoneUntil, now))
        {
            // Without a look at its jitter where it is too late by any: there may be very many of them.
            var isMissed = now - due > missedAfter + rule.Schedule.Jitter;
            var fire = isMissed ? due : due + NextFire.JitterOf(rule, dues, due);
            if (waitsForJitter && fire > now) break;
            (beforeLast, last) = (last, due);
            if (!isMissed && now - fire <= missedAfter)
            {
                runs.Add(due);
                continue;
            }

            if (missed++ == 0) first = due;
            lastMissed = due;
        }

        DateTimeOffset? doneUntil = missed + runs.Count > 0 ? last : null;
        var next = NextFire.After(rule, dues, doneUntil ?? rule.DoneUntil);
        if (missed == 0) return new DueRuns(runs, null, doneUntil, next);
        if (rule.Schedule.Misfire == MisfirePolicy.Skip) return new DueRuns(runs, new MissedRuns(missed, first, lastMissed, null), doneUntil, next);
        // One run makes up for all that have come due, those included that are not late enough to be missed.
        var others = missed + runs.Count - 1;
        return new DueRuns([last], others > 0 ? new MissedRuns(others, first, beforeLast, last) : null, doneUntil, next);
    }
}
