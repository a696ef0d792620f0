using Headgate.Scheduler.Rules;

namespace Headgate.Scheduler.Alarms;

/// <summary>Lets alarms go off for as long as there is a bus to send runs by.</summary>
sealed class AlarmsRunning(AlarmClock clock, AlarmsStop stop, RulesTold told, TimeProvider time) : BackgroundService
{
    // A coordinator that is away would start nothing anyway; but what comes due is to be written down.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // By a schema that was restored from a backup, what has been fired since would count as missed.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await told.Task.WaitAsync(Patience, time, stoppingToken);
        }
        catch (TimeoutException)
        {
            // By what is known here, then.
        }

        await clock.StartAsync(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.BeginAsync();
        await base.StopAsync(cancellationToken);
        await clock.StopAsync(cancellationToken);
    }
}
