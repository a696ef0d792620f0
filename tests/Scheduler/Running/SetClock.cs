namespace Headgate.Scheduler.Tests.Running;

/// <summary>A clock that a test sets.</summary>
sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
