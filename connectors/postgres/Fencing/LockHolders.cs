using Headgate.Contracts.Steps;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>
/// The writers that hold a pipeline's lock, as pg_locks names them. Whoever moves the fence holds it exclusively and is none of them.
/// </summary>
static class LockHolders
{
    const string Holding = """
        FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ShareLock' AND l.objsubid = 2
          AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
          AND l.classid = $1 AND l.objid = pg_catalog.int8($2) & 4294967295 AND l.pid <> pg_catalog.pg_backend_pid()
        """;

    /// <summary>Names them in one sentence.</summary>
    public static async Task<string> DescribeAsync(NpgsqlConnection connection, int key, CancellationToken cancellationToken)
    {
        const string sql = $"""
            SELECT h.pid, a.application_name, a.state, pg_catalog.date_trunc('second', a.xact_start AT TIME ZONE 'UTC')::text
            FROM (SELECT DISTINCT l.pid {Holding}) h LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = h.pid
            ORDER BY a.xact_start, h.pid LIMIT 5
            """;
        await using var command = Command(connection, sql, key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = $"backend {reader.GetInt32(0)}";
            if (!await reader.IsDBNullAsync(1, cancellationToken)) name += $" ({reader.GetString(1)})";
            if (!await reader.IsDBNullAsync(2, cancellationToken)) name += $", {reader.GetString(2)}";
            if (!await reader.IsDBNullAsync(3, cancellationToken)) name += $", since {reader.GetString(3)} UTC";
            names.Add(name);
        }

        return names.Count == 0
            ? "The pipeline's lock was not had in time; nobody holds it any more."
            : $"The pipeline's lock is still held by {string.Join("; ", names)}.";
    }

    /// <summary>Terminates them. Cancelling would not do: a backend that waits for COPY data ignores it.</summary>
    public static async Task TerminateAsync(NpgsqlConnection connection, int key, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"SELECT pg_catalog.pg_terminate_backend(l.pid) {Holding}", key);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new ConnectorException(new Problem
            {
                Code = "cannot-terminate",
                Sentence = "The fence's role may not terminate the writers' backends: grant it pg_signal_backend or the writers' role.",
                SqlState = e.SqlState,
                Retryable = false,
            });
        }
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int key) => new(sql, connection)
    {
        Parameters =
        {
            new NpgsqlParameter { Value = (uint)LockClass.Pipeline, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid },
            new NpgsqlParameter<int> { TypedValue = key },
        },
    };
}
