namespace Headgate.Connectors.Fencing;

/// <summary>What tells a destination, and what it has been through, from any other.</summary>
/// <param name="Name">The destination of any connector, however its connection is spelled; the same after a failover.</param>
/// <param name="History">Changes with a failover and with a restore to a point in time; empty: the connector cannot tell.</param>
public sealed record DestinationIdentity(string Name, string History);
