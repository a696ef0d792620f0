using Headgate.Contracts.Pipelines;

namespace Headgate.Schedules;

/// <summary>When runs come due, before jitter: in UTC, each once, in order.</summary>
public abstract class DueTimes
{
    /// <param name="schedule">What the pipeline's file says.</param>
    /// <param name="anchor">From when the intervals of `every` are counted.</param>
    /// <exception cref="TimeZoneNotFoundException">This machine does not know the schedule's zone.</exception>
    /// <exception cref="FormatException">It is no schedule of a file that was checked.</exception>
    public static DueTimes Of(ScheduleDefinition schedule, DateTimeOffset anchor) => schedule switch
    {
        { Cron: { } cron } => new CronDueTimes(cron, TimeZoneInfo.FindSystemTimeZoneById(schedule.Timezone)),
        { Every: { } every } when every > TimeSpan.Zero => new IntervalDueTimes(anchor, every),
        _ => throw new FormatException("A schedule has neither cron nor an interval."),
    };

    /// <summary>Whether it is one of those by which <see cref="Of"/> says that it cannot tell.</summary>
    public static bool IsUnknown(Exception error) => error is TimeZoneNotFoundException or InvalidTimeZoneException or FormatException;

    /// <summary>The first one behind a moment; null: there is none any more.</summary>
    public abstract DateTimeOffset? After(DateTimeOffset time);

    /// <summary>
    /// How many there are behind the one moment and up to the other, that one included, and the first and the last of them; null: none. For
    /// long times, of which <see cref="Between"/> would have millions.
    /// </summary>
    public virtual DueSpan? Count(DateTimeOffset after, DateTimeOffset until)
    {
        DueSpan? span = null;
        foreach (var due in Between(after, until)) span = DueSpan.Add(span, due);
        return span;
    }

    /// <summary>Those behind the one moment and up to the other, that one included.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until)
    {
        for (var due = After(after); due is { } time && time <= until; due = After(time)) yield return time;
    }
}
