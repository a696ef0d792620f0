using Headgate.Contracts.Events;
using MassTransit;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>How the handling of an event ends.</summary>
sealed class Received : IConsumeMessageObserver<UpstreamEvent>
{
    readonly TaskCompletionSource<Exception?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Exception?> End => _end.Task;

    public Task PreConsume(ConsumeContext<UpstreamEvent> context) => Task.CompletedTask;

    public Task PostConsume(ConsumeContext<UpstreamEvent> context)
    {
        _end.TrySetResult(null);
        return Task.CompletedTask;
    }

    public Task ConsumeFault(ConsumeContext<UpstreamEvent> context, Exception exception)
    {
        _end.TrySetResult(exception);
        return Task.CompletedTask;
    }
}
