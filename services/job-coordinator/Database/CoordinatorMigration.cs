using Headgate.Hosting.State;

namespace Headgate.JobCoordinator.Database;

/// <summary>Brings the schema up to date, and asks for the time, before the first message is taken.</summary>
sealed class CoordinatorMigration(CoordinatorState state, DatabaseClock clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SchemaMigrator.MigrateAsync(state.Source, "coordinator", typeof(CoordinatorMigration).Assembly, cancellationToken);
        await clock.SetAsync(state.Source, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
