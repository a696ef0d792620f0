using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Says whom a statement on tables waits for.</summary>
static class TableLocks
{
    /// <summary>The locks that are in a reader's way.</summary>
    public static readonly string[] AgainstReaders = ["AccessExclusiveLock"];

    /// <summary>The locks that are in a writer's way.</summary>
    public static readonly string[] AgainstWriters = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", .. AgainstReaders];

    /// <summary>All: each is in the way of a change of the table.</summary>
    public static readonly string[] All =
        ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", .. AgainstWriters];

    /// <param name="dataSource">Asked in another session: the one that waited has failed.</param>
    /// <param name="tables">One of these it was.</param>
    /// <param name="doing">What waits.</param>
    /// <param name="modes">The locks that are in its way.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public static async Task<ConnectorException> WaitingForAsync(
        NpgsqlDataSource dataSource, string[] tables, string doing, string[] modes, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT DISTINCT t.name, coalesce('backend ' || l.pid || ' (' || coalesce(a.application_name, '') || ')', 'a prepared transaction')
            FROM pg_catalog.unnest($1) t (name) JOIN pg_catalog.pg_locks l ON l.relation = pg_catalog.to_regclass(t.name)
            LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'relation' AND l.granted AND l.mode = ANY ($2)
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            ORDER BY 1, 2 LIMIT 5
            """;
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = tables });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = modes });
        var held = await HeldAsync(command, cancellationToken);
        var table = held.Count == 0 ? string.Join(", ", tables) : held[0].Table;
        var by = held.Count == 0 ? "others" : string.Join(", ", held.Where(one => one.Table == table).Select(one => one.Holder));
        return PostgresProblem.Of(
            "lock-timeout", $"Object {table}: {doing} waits for a lock that is held by {by}.",
            retryable: true, sqlState: PostgresErrorCodes.LockNotAvailable);
    }

    static async Task<IReadOnlyList<(string Table, string Holder)>> HeldAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var held = new List<(string Table, string Holder)>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) held.Add((reader.GetString(0), reader.GetString(1)));
        }
        catch (NpgsqlException)
        {
            // No session is free to ask in: that the lock was not had is the finding, whoever holds it.
        }

        return held;
    }
}
