using Headgate.Hosting.State;

namespace Headgate.Scheduler.State;

/// <summary>Brings schema scheduler up to date, and asks for the time, before the bus starts to deliver.</summary>
sealed class SchedulerMigration(SchedulerState state, DatabaseClock clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SchemaMigrator.MigrateAsync(state.Source, "scheduler", typeof(SchedulerMigration).Assembly, cancellationToken);
        await clock.SetAsync(state.Source, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
