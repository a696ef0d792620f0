using Headgate.Hosting.State;
using Npgsql;

namespace Headgate.Scheduler.State;

/// <summary>
/// Asks the database for the time again and again. The clock that counts on in between stands still while a machine is suspended, and knows
/// nothing of a step of the database's own: runs would be late by it, without one of them counting as missed, and two instances at odds
/// would take each other for dead.
/// </summary>
sealed partial class ClockUpkeep(SchedulerState state, DatabaseClock clock, ILogger<ClockUpkeep> log) : BackgroundService
{
    /// <summary>Time between two questions. Default 10 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await AskAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await clock.SetAsync(state.Source, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // It counts on from what it was told last.
            LogNotTold(error.GetType().Name, (error as NpgsqlException)?.SqlState);
        }
    }
}
