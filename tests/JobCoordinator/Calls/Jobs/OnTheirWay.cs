using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Counts pauses that were sent and are not answered yet.</summary>
sealed class OnTheirWay : ISendObserver
{
    int _now;
    int _most;

    /// <summary>The most there were at a time.</summary>
    public int Most => Volatile.Read(ref _most);

    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        if (typeof(T) == typeof(PauseJob)) Raise(Interlocked.Increment(ref _now));
        if (typeof(T) == typeof(CommandAnswered)) Interlocked.Decrement(ref _now);
        return Task.CompletedTask;
    }

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    void Raise(int now)
    {
        for (var most = Most; now > most; most = Most)
            if (Interlocked.CompareExchange(ref _most, now, most) == most) return;
    }
}
