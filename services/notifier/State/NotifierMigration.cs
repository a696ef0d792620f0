using Headgate.Hosting.State;

namespace Headgate.Notifier.State;

/// <summary>Brings schema notifier up to date before the bus starts to deliver.</summary>
sealed class NotifierMigration(NotifierState state) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        SchemaMigrator.MigrateAsync(state.Source, "notifier", typeof(NotifierMigration).Assembly, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
