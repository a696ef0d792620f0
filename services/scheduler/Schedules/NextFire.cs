using Headgate.Scheduler.Rules;
using Headgate.Schedules;

namespace Headgate.Scheduler.Schedules;

/// <summary>The next run of a pipeline.</summary>
/// <param name="Due">When it comes due.</param>
/// <param name="Fire">When it is fired: later by its jitter.</param>
sealed record NextFire(DateTimeOffset Due, DateTimeOffset Fire)
{
    /// <summary>Null: none comes due.</summary>
    public static NextFire? After(StartRule rule, DueTimes dues, DateTimeOffset time) =>
        dues.After(time) is { } due ? new NextFire(due, due + JitterOf(rule, dues, due)) : null;

    public static TimeSpan JitterOf(StartRule rule, DueTimes dues, DateTimeOffset due) =>
        rule.Schedule is { Jitter: var most } && most > TimeSpan.Zero ? Jitter.Of(rule.PipelineId, due, most, dues.After(due)) : TimeSpan.Zero;
}
