using Headgate.Scheduler.Events.Receiving;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.State;
using MassTransit;
using Npgsql;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>
/// Asks again for runs that are not answered: what a killed scheduler has written down and not sent, and what the broker has lost. Instances
/// may ask for the same one, which starts once all the same. Before that it finds those of events that came before all rules were there.
/// </summary>
sealed partial class OpenRuns(
    SchedulerState state, EventStore events, RulesTold told, EventRuns runs, IBus bus, TimeProvider time, ILogger<OpenRuns> log) : BackgroundService
{
    const int BatchSize = 100;
    static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                while (told.IsSet && await events.MatchPendingAsync(BatchSize, stoppingToken) == BatchSize) { }
                while (await AskAsync(stoppingToken) == BatchSize) { }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Database or broker are away; what is open stays so, and the next look finds it.
                LogNotAsked(error.GetType().Name, (error as PostgresException)?.SqlState);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    async Task<int> AskAsync(CancellationToken cancellationToken)
    {
        var due = await OpenRun.DueAsync(state.Source, time.GetUtcNow(), BatchSize, cancellationToken);
        foreach (var run in due) await runs.AskAsync(bus, run, cancellationToken);
        return due.Count;
    }

    static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The service stops.
            return false;
        }
    }
}
