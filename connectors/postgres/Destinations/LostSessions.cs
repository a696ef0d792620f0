using Headgate.Connectors.Postgres.Connections;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Sessions whose worker the network hides: the server waits for the rest of their COPY, which no time-out of its own interrupts, and
/// holds their segment's lock.
/// </summary>
static class LostSessions
{
    /// <summary>
    /// Ends them from another session of their role, whichever worker's they were. Only those that are past the statement_timeout of
    /// <see cref="WriterSettings"/> and still wait for their client: the next byte from it would end that statement anyway.
    /// </summary>
    public static async Task EndAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
            WHERE datname = pg_catalog.current_database() AND usename = current_user AND application_name = $1
              AND state = 'active' AND wait_event_type = 'Client'
              AND query_start < pg_catalog.clock_timestamp() - interval '52 seconds'
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = PostgresConnections.DestinationApplication });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // No session is free to ask in. That the segment is in hand is the finding; whoever looks next tries again.
        }
    }
}
