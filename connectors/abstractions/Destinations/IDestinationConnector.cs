using Headgate.Connectors.Changes;
using Headgate.Connectors.Doubts;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Repairs;

namespace Headgate.Connectors.Destinations;

/// <summary>A kind of system that records can be written to. Stateless; one instance serves all jobs.</summary>
public interface IDestinationConnector
{
    /// <summary>The name in pipeline files, for example "postgres".</summary>
    string Name { get; }

    /// <summary>What its destinations make of writes that are broken off.</summary>
    WriteGuarantee Guarantee { get; }

    /// <summary>Opens a destination for a worker; connects on first use.</summary>
    IDestination Open(string connection);

    /// <summary>Opens the destination's fence for the coordinator; connects on first use.</summary>
    IFence OpenFence(string connection);

    /// <summary>
    /// Opens what is in doubt at the destination, for the coordinator; connects on first use. Null, as by default: nothing ever is. A
    /// connector with <see cref="WriteGuarantee.Neither"/> has one.
    /// </summary>
    IDoubtLedger? OpenDoubts(string connection) => null;

    /// <summary>
    /// Opens what removes logs of jobs at the destination, for the coordinator; connects on first use. Null, as by default: nothing is logged
    /// there.
    /// </summary>
    ILogPurge? OpenLogPurge(string connection) => null;

    /// <summary>
    /// Opens what jobs have logged at the destination, for the coordinator; connects on first use. Null, as by default: nothing is logged, and
    /// no job is rolled back or replayed.
    /// </summary>
    IRepairLog? OpenRepairLog(string connection) => null;
}
