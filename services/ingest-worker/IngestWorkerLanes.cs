using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Checks;
using Headgate.IngestWorker.Comparing;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Extraction;
using Headgate.IngestWorker.Finishing;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Preparation;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Releases;
using Headgate.IngestWorker.Schema;
using Headgate.IngestWorker.Serving;
using Headgate.IngestWorker.Steps;
using MassTransit;

namespace Headgate.IngestWorker;

/// <summary>The worker's lanes.</summary>
public static class IngestWorkerLanes
{
    // A source or destination that is slow to give up one job does not keep the next stop from being heard.
    const int StopConcurrency = 16;

    /// <summary>Adds the consumers, each on its lane. Comes after <see cref="IngestWorkerRegistration.AddIngestWorker"/>.</summary>
    public static void AddIngestWorkerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<PrepareConsumer>();
        bus.AddConsumer<PrepareRepairConsumer>();
        bus.AddConsumer<ApplySchemaConsumer>();
        bus.AddConsumer<ReleaseConsumer>();
        bus.AddConsumer<CheckSourceConsumer>();
        bus.AddConsumer<ComparePlansConsumer>();
        bus.AddConsumer<EstimateRunConsumer>();
        bus.AddConsumer<ServeRecordsConsumer>();
        bus.AddConsumer<CompareConsumer>();
        bus.AddConsumer<PreviewRollbackConsumer>();
        bus.AddConsumer<ExtractConsumer>();
        bus.AddConsumer<LoadConsumer>();
        bus.AddConsumer<FinishConsumer>();
        bus.AddConsumer<StopConsumer>();
        bus.AddConsumer<JobRateConsumer>();

        var options = (WorkerOptions)bus.Last(service => service.ServiceType == typeof(WorkerOptions)).ImplementationInstance!;
        bus.AddLane(new Lane
        {
            Name = Lanes.Prepare,
            Concurrency = options.PrepareConcurrency,
            Configure = (context, endpoint) =>
            {
                endpoint.ConfigureConsumer<PrepareConsumer>(context);
                endpoint.ConfigureConsumer<PrepareRepairConsumer>(context);
                endpoint.ConfigureConsumer<ApplySchemaConsumer>(context);
                endpoint.ConfigureConsumer<ReleaseConsumer>(context);
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Checks,
            Concurrency = options.PrepareConcurrency,
            Configure = (context, endpoint) =>
            {
                endpoint.ConfigureConsumer<CheckSourceConsumer>(context);
                endpoint.ConfigureConsumer<ComparePlansConsumer>(context);
                endpoint.ConfigureConsumer<EstimateRunConsumer>(context);
                endpoint.ConfigureConsumer<ServeRecordsConsumer>(context);
                endpoint.ConfigureConsumer<PreviewRollbackConsumer>(context);
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Comparisons,
            Concurrency = options.PrepareConcurrency,
            Configure = (context, endpoint) => endpoint.ConfigureConsumer<CompareConsumer>(context),
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Extract,
            Concurrency = options.ExtractConcurrency,
            Configure = (context, endpoint) => endpoint.ConfigureConsumer<ExtractConsumer>(context),
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Load,
            Concurrency = options.LoadConcurrency,
            Configure = (context, endpoint) =>
            {
                endpoint.ConfigureConsumer<LoadConsumer>(context);
                endpoint.ConfigureConsumer<FinishConsumer>(context);
            },
        });
        bus.AddLane(new Lane
        {
            Name = Lanes.Stops($"{Environment.MachineName}.{Environment.ProcessId}.{Guid.NewGuid():N}"),
            IsTemporary = true,
            Concurrency = StopConcurrency,
            Events = [new LaneEvent<JobStopping>(), new LaneEvent<JobRateChanged>()],
            Configure = (context, endpoint) =>
            {
                endpoint.ConnectReceiveEndpointObserver(new EarWatch(context));
                endpoint.ConfigureConsumer<StopConsumer>(context);
                endpoint.ConfigureConsumer<JobRateConsumer>(context);
            },
        });
    }
}
