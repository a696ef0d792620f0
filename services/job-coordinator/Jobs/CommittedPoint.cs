using Headgate.Hosting.Faults;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// Stands between the outbox and the saga, in processes that are to be halted only: what follows it has committed when it returns, what
/// precedes it has not sent anything yet.
/// </summary>
sealed class CommittedPoint<T> : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await next.Send(context);
        await FaultPoint.ReachedAsync(FaultPoints.JobCommitted, typeof(T).Name);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("committed-point");
}
