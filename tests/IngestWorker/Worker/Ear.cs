using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Counts the stops that the worker has heard of.</summary>
sealed class Ear : IConsumeObserver
{
    int _heard;

    public int Heard => Volatile.Read(ref _heard);

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (context.Message is JobStopping) Interlocked.Increment(ref _heard);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
