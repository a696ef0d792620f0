using Headgate.Hosting.State;

namespace Headgate.IngestWorker.State;

/// <summary>Brings schema ingest up to date before the bus starts to deliver.</summary>
sealed class IngestMigration(IngestState state) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        SchemaMigrator.MigrateAsync(state.Source, "ingest", typeof(IngestMigration).Assembly, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
