using Headgate.Connectors.Destinations;
using Headgate.Connectors.Doubts;
using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>
/// Sends each record as a request of its own to a server that counts them. Its fence and its ledger of intents, which such a server cannot
/// keep, are in a database of the connector's own. The connection is that database's, a bar, and the server's URL.
/// </summary>
sealed class CounterConnector : IDestinationConnector
{
    public string Name => "counters";

    public WriteGuarantee Guarantee => WriteGuarantee.Neither;

    public IDestination Open(string connection) => new CounterDestination(CounterConnection.Parse(connection));

    public IFence OpenFence(string connection) => new CounterFence(CounterConnection.Parse(connection));

    public IDoubtLedger OpenDoubts(string connection) => new CounterDoubts(CounterConnection.Parse(connection));
}
