using Headgate.Scheduler.Rules;

namespace Headgate.Scheduler.Alarms;

/// <summary>Lets alarms go off for as long as there is a bus to send runs by.</summary>
sealed class AlarmsRunning(AlarmClock clock, AlarmsStop stop, RulesTold told) : BackgroundService
{
    // By a schema that was restored from a backup, what has been fired since would count as missed. As long as the coordinator is away it would
    // start nothing anyway; what comes due meanwhile is judged when it has told.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await told.Task.WaitAsync(stoppingToken);
        await clock.StartAsync(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.BeginAsync();
        await base.StopAsync(cancellationToken);
        await clock.StopAsync(cancellationToken);
    }
}
