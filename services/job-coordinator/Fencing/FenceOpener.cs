using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Doubts;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Repairs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>Opens the fence of a pipeline's destination, with the coordinator's own connection, which is kept for a while.</summary>
public sealed class FenceOpener(IEnumerable<IDestinationConnector> connectors, PipelineStore pipelines, TimeProvider time) : IAsyncDisposable
{
    readonly KeptFences _kept = new(time);

    /// <exception cref="ConnectorException">The connection cannot be resolved.</exception>
    public async Task<IFence> OpenAsync(Guid pipelineId, int version, CancellationToken cancellationToken) =>
        await OpenAsync(await pipelines.DestinationAsync(pipelineId, version, cancellationToken));

    /// <summary>What is in doubt at the destination; null: nothing ever is.</summary>
    /// <exception cref="ConnectorException">The connection cannot be resolved.</exception>
    public async Task<IDoubtLedger?> OpenDoubtsAsync(Guid pipelineId, int version, CancellationToken cancellationToken)
    {
        var destination = (await pipelines.DefinitionAsync(pipelineId, version, cancellationToken)).Destination;
        // Where nothing can be in doubt the connection need not even be there.
        return ConnectorOf(destination).Guarantee == WriteGuarantee.Neither
            ? Open(destination, (connector, connection) => connector.OpenDoubts(connection)) : null;
    }

    /// <summary>What removes logs of jobs at the destination; null: nothing is logged there.</summary>
    /// <exception cref="ConnectorException">The connection cannot be resolved.</exception>
    public async Task<ILogPurge?> OpenLogPurgeAsync(Guid pipelineId, int version, CancellationToken cancellationToken) => Open(
        await pipelines.DestinationAsync(pipelineId, version, cancellationToken), (connector, connection) => connector.OpenLogPurge(connection));

    /// <summary>What jobs have logged at the destination; null: nothing ever is.</summary>
    /// <exception cref="ConnectorException">The connection cannot be resolved.</exception>
    public async Task<IRepairLog?> OpenRepairLogAsync(Guid pipelineId, int version, CancellationToken cancellationToken) => Open(
        await pipelines.DestinationAsync(pipelineId, version, cancellationToken), (connector, connection) => connector.OpenRepairLog(connection));

    /// <summary>Checks that the fence can be moved, and tells the destination from any other.</summary>
    /// <exception cref="ConnectorException">It cannot; or the connection cannot be resolved.</exception>
    public async Task<DestinationIdentity> IdentifyAsync(SystemReference destination, CancellationToken cancellationToken)
    {
        await using var fence = await OpenAsync(destination);
        return await fence.IdentifyAsync(cancellationToken);
    }

    /// <summary>How <see cref="Elsewhere"/> begins.</summary>
    public const string ElsewhereBegins = "The job writes to ";

    /// <summary>What there is to say where the fence that was opened is out of reach.</summary>
    public static string Elsewhere(string opened, string now) =>
        $"{ElsewhereBegins}{opened}, and the destination's connection leads to {now} now, where nothing would stop it.";

    /// <exception cref="ConnectorException">The connection cannot be resolved.</exception>
    public Task<IFence> OpenAsync(SystemReference destination) => Open(
        destination, (connector, connection) => _kept.TakeAsync(connector.Name, connection, () => connector.OpenFence(connection)));

    IDestinationConnector ConnectorOf(SystemReference destination) => connectors.First(connector => connector.Name == destination.Connector);

    T Open<T>(SystemReference destination, Func<IDestinationConnector, string, T> open)
    {
        try
        {
            // Resolved each time: a secret that was changed leads to another fence.
            return open(ConnectorOf(destination), ConnectionReference.Resolve(destination.Connection));
        }
        catch (ConnectionReferenceException error)
        {
            throw new ConnectorException(new Problem { Code = "connection-reference", Sentence = $"Destination: {error.Message}", Retryable = true });
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _kept.DisposeAsync();
}
