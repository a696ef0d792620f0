namespace Headgate.Scheduler.Alarms;

/// <summary>Makes the alarms before the bus starts to deliver what sets them.</summary>
sealed class AlarmsPrepared(AlarmClock clock) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => clock.PrepareAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
