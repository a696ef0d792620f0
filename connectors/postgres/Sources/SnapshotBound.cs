using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Up to where cursors are complete.</summary>
/// <remarks>
/// A transaction still open can commit records whose cursor is its start, so the bound stays before the oldest. Limits: the start of a
/// prepared transaction is not kept by the server, only when it was prepared; and without the role pg_read_all_stats the transactions
/// of other roles cannot be seen. There, and on a standby, only the lag and the overlap protect.
/// </remarks>
static class SnapshotBound
{
    /// <summary>Headgate's own reading sessions are left out: they never write, and would hold each other's bounds back.</summary>
    const string Query =
        """
        SELECT least(
            pg_catalog.clock_timestamp() - $1,
            (SELECT min(a.xact_start) FROM pg_catalog.pg_stat_activity a
             WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL
               AND (a.backend_type = 'client backend' OR a.backend_xid IS NOT NULL)
               AND a.application_name NOT IN ('headgate-source', 'headgate-snapshot')),
            (SELECT min(p.prepared) FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database())),
          pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
        """;

    public static async Task<(DateTimeOffset Upper, bool SeesAll)> ReadAsync(
        NpgsqlConnection connection, TimeSpan cursorLag, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Query, connection) { Parameters = { new() { Value = cursorLag } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.GetBoolean(1));
    }
}
