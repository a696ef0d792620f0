using System.Reflection;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.SagaRepository;
using MassTransit;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>
/// A message that comes again, by redelivery or by a retry, may have been handled before, up to the commit but not up to the sending of
/// what followed from it. Whatever it was, the job is asked to send again what its state implies.
/// </summary>
sealed class RedeliveryFilter<T> : IFilter<ConsumeContext<T>>
    where T : class
{
    static readonly PropertyInfo? JobId = typeof(T).GetProperty(nameof(ReconcileJob.JobId), typeof(Guid));

    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await next.Send(context);
        if (context.MayHaveBeenHandled() && JobId?.GetValue(context.Message) is Guid job)
            await context.SendTo(LaneOf(context), new ReconcileJob { JobId = job });
    }

    // The one it came by: a lane that a broker redelivers as a whole must not hold up commands.
    static string LaneOf(ConsumeContext context) =>
        context.ReceiveContext.InputAddress.AbsolutePath.EndsWith($"/{Lanes.JobProgress}", StringComparison.Ordinal) ? Lanes.JobProgress : Lanes.JobCommands;

    public void Probe(ProbeContext context) => context.CreateFilterScope("redelivery");
}
