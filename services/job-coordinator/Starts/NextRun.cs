using System.Globalization;
using Headgate.Contracts.Pipelines;
using Headgate.Schedules;

namespace Headgate.JobCoordinator.Starts;

/// <summary>When the next run of a pipeline comes due by its schedule, before jitter, or why none does.</summary>
/// <param name="Due">Null: none does.</param>
/// <param name="Sentence">Without a full stop, to stand behind another.</param>
sealed record NextRun(DateTimeOffset? Due, string Sentence)
{
    /// <summary>Of a pipeline without a schedule.</summary>
    public const string NoSchedule = "no run comes due by itself, as the pipeline has no schedule";

    /// <param name="schedule">What the file says; null: nothing.</param>
    /// <param name="paused">Whether the schedule is switched off.</param>
    /// <param name="state">The pipeline's state.</param>
    /// <param name="since">What came due until then is not this schedule's.</param>
    /// <param name="anchor">From when intervals are counted.</param>
    /// <param name="now">The next one behind this moment is meant.</param>
    public static NextRun Of(
        ScheduleDefinition? schedule, bool paused, string state, DateTimeOffset since, DateTimeOffset anchor, DateTimeOffset now)
    {
        if (schedule is null) return new NextRun(null, NoSchedule);
        if (paused) return new NextRun(null, "no run comes due by itself, as the schedule is paused");
        if (state != "Enabled") return new NextRun(null, $"no run comes due by itself, as the pipeline is {state}");
        return Find(schedule, since > now ? since : now, anchor) is { } due
            ? new NextRun(due, $"the next run comes due at {Shown(due)}")
            : new NextRun(null, "no run comes due by itself, as the schedule has no next time");
    }

    /// <summary>A moment as sentences have it.</summary>
    public static string Shown(DateTimeOffset due) => due.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    static DateTimeOffset? Find(ScheduleDefinition schedule, DateTimeOffset after, DateTimeOffset anchor)
    {
        try
        {
            return DueTimes.Of(schedule, anchor).After(after);
        }
        catch (Exception error) when (error is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            // It was known when the file was applied, elsewhere or before an update of this machine. A list of pipelines is no place to fail for it.
            return null;
        }
    }
}
