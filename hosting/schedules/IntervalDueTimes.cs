namespace Headgate.Schedules;

/// <summary>Whole intervals from an anchor, which is none itself. They are lengths of time: no zone and no change of clocks moves them.</summary>
sealed class IntervalDueTimes(DateTimeOffset anchor, TimeSpan every) : DueTimes
{
    public override DateTimeOffset? After(DateTimeOffset time)
    {
        var passed = Math.Max(0, (time - anchor).Ticks / every.Ticks);
        return (anchor + every * (passed + 1)).ToUniversalTime();
    }
}
