using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Tests.Systems;

public sealed class SharedPoolTests
{
    readonly SweptTime _time = new();

    [Fact]
    public async Task One_system_is_opened_once_for_all_that_use_it()
    {
        await using var pool = new SharedPool<System>(TimeSpan.FromMinutes(5), _time);
        using var first = pool.Take("postgres", "x", _ => new System());
        using var second = pool.Take("postgres", "x", _ => new System());
        using var other = pool.Take("postgres", "y", _ => new System());
        Assert.Same(first.Value, second.Value);
        Assert.NotSame(first.Value, other.Value);
    }

    [Fact]
    public async Task What_nobody_used_for_a_while_is_closed_and_what_is_used_is_not()
    {
        await using var pool = new SharedPool<System>(TimeSpan.FromMinutes(5), _time);
        using var used = pool.Take("postgres", "x", _ => new System());
        var unused = pool.Take("postgres", "y", _ => new System());
        unused.Dispose();
        unused.Dispose();

        _time.Sweep(TimeSpan.FromMinutes(4));
        Assert.False(unused.Value.IsClosed);
        _time.Sweep(TimeSpan.FromMinutes(1));
        Assert.True(unused.Value.IsClosed);
        Assert.False(used.Value.IsClosed);

        using var again = pool.Take("postgres", "y", _ => new System());
        Assert.NotSame(unused.Value, again.Value);
    }

    sealed class System : IAsyncDisposable
    {
        public bool IsClosed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }

    sealed class SweptTime : TimeProvider
    {
        Action _sweep = () => { };
        long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Sweep(TimeSpan after)
        {
            _ticks += after.Ticks;
            _sweep();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _sweep = () => callback(state);
            return new Unarmed();
        }
    }

    sealed class Unarmed : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
