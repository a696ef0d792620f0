namespace Headgate.JobCoordinator.Tests.Watching;

/// <summary>A time that a test moves. Whoever waits for less than the least that is held back waits on the machine's own.</summary>
/// <param name="held">Timers of at least so long are the test's.</param>
public sealed class ManualTime(TimeSpan held) : TimeProvider
{
    readonly Lock _gate = new();
    readonly List<HeldTimer> _timers = [];
    TaskCompletionSource _isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TimeSpan _moved;

    public override long GetTimestamp() => base.GetTimestamp() + (_moved.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < held) return base.CreateTimer(callback, state, dueTime, period);
        var timer = new HeldTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
            _isHeld.TrySetResult();
        }

        return timer;
    }

    /// <summary>When somebody waits for so long; then that time has passed.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Task isHeld;
        lock (_gate) isHeld = _isHeld.Task;
        await isHeld.WaitAsync(TimeSpan.FromSeconds(20));
        List<HeldTimer> due;
        lock (_gate)
        {
            _moved += time;
            due = [.. _timers];
            _timers.Clear();
            _isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        foreach (var timer in due) timer.Fire();
    }

    void Forget(HeldTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (_timers.Count == 0 && _isHeld.Task.IsCompleted) _isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    sealed class HeldTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) time.Forget(this);
            return true;
        }

        public void Dispose() => time.Forget(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
