using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>Declares what its destinations cannot do, where nobody connects to them.</summary>
sealed class DoubtfulConnector : IDestinationConnector
{
    public string Name => "doubtful";

    public WriteGuarantee Guarantee => WriteGuarantee.Neither;

    public IDestination Open(string connection) => throw new NotSupportedException();

    public IFence OpenFence(string connection) => throw new NotSupportedException();

    /// <summary>From here on the pipeline writes to such a destination.</summary>
    public static string Instead(Guid pipeline) =>
        $$"""
          update coordinator.pipeline_version set definition = jsonb_set(definition, '{destination,connector}', '"doubtful"')
          where pipeline_id = '{{pipeline}}'
          """;
}
