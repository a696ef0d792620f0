using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres;
using Headgate.Connectors.Sources;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.Health;
using Headgate.IngestWorker.Comparing;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Extraction;
using Headgate.IngestWorker.Finishing;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Releases;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Schema;
using Headgate.IngestWorker.Serving;
using Headgate.IngestWorker.Snapshots;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Headgate.IngestWorker;

/// <summary>Adds the ingest worker to a host: it prepares jobs, reads segments into staging and writes them to destinations.</summary>
public static class IngestWorkerRegistration
{
    /// <summary>Adds everything but the consumers. Comes before the bus is added, so that the schema is there when it starts.</summary>
    public static void AddIngestWorker(this IHostApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(WorkerOptions.Read(builder.Configuration));
        services.AddSingleton(_ => new IngestState(NpgsqlDataSource.Create(settings.State)));
        services.AddHostedService<IngestMigration>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "ingest-state",
            provider => new StateHealthCheck(provider.GetRequiredService<IngestState>().Source),
            failureStatus: null,
            ["ready"]));

        var postgres = new PostgresConnector();
        services.AddSingleton<ISourceConnector>(postgres);
        services.AddSingleton<IDestinationConnector>(postgres);
        services.AddSingleton<SystemConnections>();
        services.AddSingleton<StepsInHand>();
        services.AddSingleton<MissedStops>();
        services.AddSingleton<StepRun>();
        services.AddSingleton<JobRates>();
        services.AddSingleton(new StagingDirectory(settings.Staging));
        services.AddSingleton<SharedStaging>();
        services.AddHostedService(provider => provider.GetRequiredService<SharedStaging>());
        services.AddSingleton<SampleFiles>();
        services.AddSingleton<StagingSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<StagingSweep>());
        AddExtraction(services);
        AddLoading(services);
        AddServing(services);
    }

    static void AddExtraction(IServiceCollection services)
    {
        services.AddSingleton<SnapshotLeases>();
        services.AddSingleton<SnapshotKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<SnapshotKeeper>());
        services.AddSingleton<OffsetBounds>();
        services.AddSingleton<PlanStore>();
        services.AddSingleton<RefreshedSchemas>();
        services.AddSingleton<KnownObjects>();
        services.AddSingleton<SchemaRefresh>();
        services.AddSingleton<JobPreparation>();
        services.AddSingleton<RollbackPreparation>();
        services.AddSingleton<SegmentStore>();
        services.AddSingleton<SegmentExtraction>();
        services.AddSingleton<AttemptReleases>();
    }

    static void AddLoading(IServiceCollection services)
    {
        services.AddSingleton<SchemaChanges>();
        services.AddSingleton<ProgressReporter>();
        services.AddHostedService(provider => provider.GetRequiredService<ProgressReporter>());
        services.AddSingleton<SegmentLoader>();
        services.AddSingleton<ComparisonStore>();
        services.AddSingleton<FindingStore>();
        services.AddSingleton<Canary>();
        services.AddSingleton<DryRun>();
        services.AddSingleton<FinishStore>();
        services.AddSingleton<ObjectFinisher>();
    }

    static void AddServing(IServiceCollection services)
    {
        services.AddSingleton<ServedChanges>();
        services.AddSingleton<ServedSamples>();
        services.AddSingleton<ServedRejects>();
        services.AddSingleton<ServedDiff>();
        services.AddSingleton<ServedCalls>();
        services.AddHostedService(provider => provider.GetRequiredService<ServedCalls>());
    }
}
