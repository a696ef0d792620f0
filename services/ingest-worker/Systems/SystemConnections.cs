using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Steps;
using Headgate.PipelineFiles;

namespace Headgate.IngestWorker.Systems;

/// <summary>Opens the sources and destinations that pipelines name, each once for all steps that use it.</summary>
sealed class SystemConnections(
    IEnumerable<ISourceConnector> sources, IEnumerable<IDestinationConnector> destinations, WorkerOptions options, TimeProvider time)
    : IAsyncDisposable, IDisposable
{
    readonly SharedPool<ISource> _sources = new(options.ConnectionIdle, time);
    readonly SharedPool<IDestination> _destinations = new(options.ConnectionIdle, time);

    /// <summary>The source; its connection is resolved each time, so that a changed secret is used from the next step on.</summary>
    public Shared<ISource> Source(SystemReference reference)
    {
        var connector = sources.LastOrDefault(connector => connector.Name == reference.Connector)
            ?? throw Unknown("source", reference);
        return _sources.Take(connector.Name, ConnectionReference.Resolve(reference.Connection), connector.Open);
    }

    /// <summary>The destination, likewise.</summary>
    public Shared<IDestination> Destination(SystemReference reference)
    {
        var connector = destinations.LastOrDefault(connector => connector.Name == reference.Connector)
            ?? throw Unknown("destination", reference);
        return _destinations.Take(connector.Name, ConnectionReference.Resolve(reference.Connection), connector.Open);
    }

    public async ValueTask DisposeAsync()
    {
        await _sources.DisposeAsync();
        await _destinations.DisposeAsync();
    }

    // Containers that are not disposed asynchronously want this one.
    public void Dispose() => _ = DisposeAsync().AsTask();

    static StepException Unknown(string role, SystemReference reference) =>
        new("connector-unknown", $"This worker has no {role} connector named {reference.Connector}.");
}
