using System.Collections.Concurrent;
using Headgate.Contracts.Loading;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>Counts the progress events that a coordinator takes in, and what its sagas are told of them, over all starts of it. Not disposable: each host disposes what it is given.</summary>
sealed class ProgressCount : IConsumeObserver
{
    int _handled;
    int _redelivered;
    int _told;

    public int Handled => Volatile.Read(ref _handled);

    public int Redelivered => Volatile.Read(ref _redelivered);

    public int Told => Volatile.Read(ref _told);

    /// <summary>Messages that could not be handled.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = new();

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.Message is not JobProgressed) return Task.CompletedTask;
        if (context.ReceiveContext.InputAddress.AbsolutePath.EndsWith(Lanes.JobProgress, StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _told);
            return Task.CompletedTask;
        }

        Interlocked.Increment(ref _handled);
        if (context.ReceiveContext.Redelivered) Interlocked.Increment(ref _redelivered);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        // A connection that was cut: the broker delivers again.
        if (!context.CancellationToken.IsCancellationRequested) Faults.Enqueue(exception);
        return Task.CompletedTask;
    }
}
