using System.Collections.Concurrent;
using Headgate.Contracts.Loading;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>Counts the progress events that a coordinator has handled, over all starts of it. Not disposable: each host disposes what it is given.</summary>
sealed class ProgressCount : IConsumeObserver
{
    readonly TaskCompletionSource _everythingHandled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _handled;
    int _awaited = int.MaxValue;

    public int Handled => Volatile.Read(ref _handled);

    /// <summary>Messages that could not be handled.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    /// <summary>Done when so many were handled.</summary>
    public Task HandledAsync(int events)
    {
        Volatile.Write(ref _awaited, events);
        if (Handled >= events) _everythingHandled.TrySetResult();
        return _everythingHandled.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.Message is JobProgressed && Interlocked.Increment(ref _handled) >= Volatile.Read(ref _awaited)) _everythingHandled.TrySetResult();
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        Faults.Enqueue(exception);
        return Task.CompletedTask;
    }
}
