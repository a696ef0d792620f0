using Headgate.Scheduler.Rules;

namespace Headgate.Scheduler.Alarms;

/// <summary>Makes the alarms before the bus starts to deliver what sets them.</summary>
sealed class AlarmsPrepared(AlarmClock clock, RulesTold told, TimeProvider time) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        told.From = time.GetUtcNow();
        return clock.PrepareAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
