using Headgate.Connectors.Changes;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Repairs;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Repairs;
using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres;

/// <summary>PostgreSQL, from version 13 on, as source and destination.</summary>
public sealed class PostgresConnector : ISourceConnector, IDestinationConnector
{
    /// <summary>The name in pipeline files.</summary>
    public string Name => "postgres";

    /// <inheritdoc/>
    public WriteGuarantee Guarantee => WriteGuarantee.Transactional;

    /// <inheritdoc/>
    ISource ISourceConnector.Open(string connection) => new PostgresSource(connection);

    /// <inheritdoc/>
    IDestination IDestinationConnector.Open(string connection) => new PostgresDestination(connection);

    /// <inheritdoc/>
    public IFence OpenFence(string connection) => new PostgresFence(connection);

    /// <inheritdoc/>
    public ILogPurge OpenLogPurge(string connection) => new PostgresLogPurge(connection);

    /// <inheritdoc/>
    public IRepairLog OpenRepairLog(string connection) => new PostgresRepairLog(connection);
}
