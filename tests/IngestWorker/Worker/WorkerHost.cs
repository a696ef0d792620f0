using Headgate.Connectors.Destinations;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.Hosting.Configuration;
using Headgate.IngestWorker.Tests.Doubles;
using Headgate.Tests.Servers;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>A whole worker with a state database of its own.</summary>
sealed class WorkerHost : IAsyncDisposable
{
    readonly IHost _host;

    WorkerHost(IHost host, EventTrail trail, Ear ear, AskRecord asks, MemoryDestination destination)
    {
        _host = host;
        Ear = ear;
        Asks = asks;
        Trail = trail;
        Destination = destination;
    }

    public EventTrail Trail { get; }

    public Ear Ear { get; }

    public AskRecord Asks { get; }

    public MemoryDestination Destination { get; }

    /// <param name="state">Its database.</param>
    /// <param name="staging">Its directory.</param>
    /// <param name="amqp">Its broker; null: it is on the in-memory transport.</param>
    /// <param name="options">What it is told.</param>
    public static async Task<WorkerHost> StartAsync(
        TestDatabase state, string staging, Uri? amqp = null, params (string Name, string Value)[] options)
    {
        var (trail, ear, asks, destination) = (new EventTrail(), new Ear(), new AskRecord(), new MemoryDestination());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(options.Select(option => new KeyValuePair<string, string?>(option.Name, option.Value)));
        builder.Logging.ClearProviders();
        builder.AddIngestWorker(new ServiceSettings { State = state.ConnectionString, Staging = staging });
        builder.Services.AddSingleton<IDestinationConnector>(new MemoryConnector(destination));
        builder.AddHeadgateBus(amqp, bus =>
        {
            bus.AddIngestWorkerConsumers();
            bus.AddConsumeObserver(_ => ear);
            bus.AddLane(new Lane
            {
                Name = "headgate.test.trail",
                Concurrency = 8,
                Events =
                [
                    new LaneEvent<JobPrepared>(), new LaneEvent<SegmentExtracted>(), new LaneEvent<SnapshotLost>(),
                    new LaneEvent<SchemaChangesApplied>(), new LaneEvent<ObjectsFinished>(), new LaneEvent<SegmentLoaded>(), new LaneEvent<SegmentLost>(),
                    new LaneEvent<JobProgressed>(), new LaneEvent<StepFailed>(), new LaneEvent<JobReleased>(), new LaneEvent<RecordsCompared>(),
                ],
                Configure = (_, endpoint) => endpoint.Instance(trail),
            });
            bus.AddLane(new Lane
            {
                Name = "headgate.test.asks",
                Concurrency = 1,
                Events = [new LaneEvent<JobTaken>()],
                Configure = (_, endpoint) => endpoint.Instance(asks),
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new WorkerHost(host, trail, ear, asks, destination);
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Sends a command to its lane.</summary>
    public async Task SendAsync(object command)
    {
        var lane = command switch
        {
            ExtractSegment => Lanes.Extract,
            LoadSegment or FinishObjects => Lanes.Load,
            CompareRecords => Lanes.Comparisons,
            _ => Lanes.Prepare,
        };
        var endpoint = await Get<IBus>().GetSendEndpoint(Lanes.Address(lane));
        await endpoint.Send(command);
    }

    /// <summary>Sends a command and takes the next event of the type.</summary>
    public async Task<TEvent> AskAsync<TEvent>(object command)
        where TEvent : class
    {
        await SendAsync(command);
        return await Trail.NextAsync<TEvent>();
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }
}
