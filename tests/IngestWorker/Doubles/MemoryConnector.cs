using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>Opens always the same destination.</summary>
sealed class MemoryConnector(MemoryDestination destination) : IDestinationConnector
{
    public string Name => "memory";

    public WriteGuarantee Guarantee => WriteGuarantee.Transactional;

    public IDestination Open(string connection) => destination;

    public IFence OpenFence(string connection) => throw new NotSupportedException();
}
