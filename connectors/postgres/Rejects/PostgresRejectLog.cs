using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Rejects;
using Npgsql;

namespace Headgate.Connectors.Postgres.Rejects;

/// <summary>Reads headgate.rejected, by the connection of the role that owns the schema.</summary>
sealed class PostgresRejectLog(string connection) : IRejectLog
{
    const string Subject = "The destination's record of rejects";

    readonly NpgsqlDataSource _dataSource = PostgresConnections.Create(connection, PostgresConnections.FenceApplication, BeImpatient);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LoggedReject>> ListAsync(RejectQuery query, CancellationToken cancellationToken) => Guarded.RunAsync(Subject, async () =>
    {
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await using (var settings = new NpgsqlCommand(WriterSettings.Sql, session)) await settings.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            var rows = await RejectRow.ReadAsync(session, query, cancellationToken);
            return await new RejectImages(session).WithRecordsAsync(rows, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nothing was ever launched here.
            return [];
        }
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    static void BeImpatient(NpgsqlConnectionStringBuilder settings) =>
        (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout, settings.Pooling) = (3, 20, 500, false);
}
