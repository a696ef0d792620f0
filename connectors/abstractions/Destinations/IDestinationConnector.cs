using Headgate.Connectors.Fencing;

namespace Headgate.Connectors.Destinations;

/// <summary>A kind of system that records can be written to. Stateless; one instance serves all jobs.</summary>
public interface IDestinationConnector
{
    /// <summary>The name in pipeline files, for example "postgres".</summary>
    string Name { get; }

    /// <summary>Opens a destination for a worker; connects on first use.</summary>
    IDestination Open(string connection);

    /// <summary>Opens the destination's fence for the coordinator; connects on first use.</summary>
    IFence OpenFence(string connection);
}
