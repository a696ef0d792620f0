using Headgate.Hosting.State;

namespace Headgate.JobCoordinator.Database;

/// <summary>Brings the schema up to date before the first message is taken.</summary>
sealed class CoordinatorMigration(CoordinatorState state) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        SchemaMigrator.MigrateAsync(state.Source, "coordinator", typeof(CoordinatorMigration).Assembly, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
