namespace Headgate.Scheduler.Alarms;

/// <summary>Lets alarms go off for as long as there is a bus to send runs by.</summary>
sealed class AlarmsRunning(AlarmClock clock, AlarmsStop stop) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => clock.StartAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.BeginAsync();
        await clock.StopAsync(cancellationToken);
    }
}
