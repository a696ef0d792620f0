using MassTransit;

namespace Headgate.SagaRepository.Tests.Bus;

/// <summary>Messages that an endpoint is done with, after the outbox and all retries, and what went wrong on the way.</summary>
sealed class HandledMessages(string queue) : IReceiveObserver
{
    public Signal<Guid?> Done { get; } = new();

    public Signal<Exception> Faults { get; } = new();

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (IsOurs(context)) Done.Add(context.GetMessageId());
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        if (IsOurs(context.ReceiveContext)) Faults.Add(exception);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        if (IsOurs(context)) Faults.Add(exception);
        return Task.CompletedTask;
    }

    bool IsOurs(ReceiveContext context) => context.InputAddress.AbsolutePath.EndsWith(queue, StringComparison.Ordinal);
}
