using System.Diagnostics;
using MassTransit;

namespace Headgate.SagaRepository.CrashHost;

/// <summary>
/// Stands between the outbox and the saga: what follows it has committed when it returns, what precedes it has not sent anything yet.
/// There it kills the process, at the given commit.
/// </summary>
sealed class KillAfterCommit<T>(CrashPlan plan) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        await next.Send(context);
        if (!plan.IsDue()) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("killAfterCommit");
}
