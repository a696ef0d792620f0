using MassTransit;

namespace Headgate.SagaRepository.Tests.Machines;

/// <summary>As a broker that cannot be reached when the outbox sends: the saga has committed, nothing has left.</summary>
sealed class FailOnceAfterCommit<T> : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await next.Send(context);
        if (context.GetRetryAttempt() == 0) throw new InvalidOperationException("Nothing can be sent.");
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("failOnceAfterCommit");
}
