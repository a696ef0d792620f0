namespace Headgate.Scheduler.Configuration;

/// <summary>Settings of the scheduler, in HEADGATE_SCHEDULER__NAME environment variables.</summary>
public sealed class SchedulerOptions
{
    /// <summary>What MissedAfter has to be at least: the schedulers themselves take some seconds to take over from one that died.</summary>
    public static readonly TimeSpan LeastMissedAfter = TimeSpan.FromSeconds(5);

    /// <summary>A run that would be fired later than this was missed, and the schedule's `misfire` says what becomes of it. Default 60 s.</summary>
    public TimeSpan MissedAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an instance is not heard of until another one takes it for dead and does its work. Default 6 s.</summary>
    public TimeSpan TakeOverAfter { get; set; } = TimeSpan.FromSeconds(6);
}
