namespace Headgate.Schedules;

/// <summary>Whole intervals from an anchor, which is none itself. They are lengths of time: no zone and no change of clocks moves them.</summary>
sealed class IntervalDueTimes(DateTimeOffset anchor, TimeSpan every) : DueTimes
{
    public override DateTimeOffset? After(DateTimeOffset time) => At(NumberUpTo(time) + 1);

    public override DueSpan? Count(DateTimeOffset after, DateTimeOffset until)
    {
        var (first, last) = (NumberUpTo(after) + 1, NumberUpTo(until));
        return last < first ? null : new DueSpan(checked((int)(last - first + 1)), At(first), At(Math.Max(first, last - 1)), At(last));
    }

    // How many have come due by then.
    long NumberUpTo(DateTimeOffset time) => Math.Max(0, (time - anchor).Ticks / every.Ticks);

    DateTimeOffset At(long number) => (anchor + TimeSpan.FromTicks(every.Ticks * number)).ToUniversalTime();
}
