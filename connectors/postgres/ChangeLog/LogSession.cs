using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// A transaction to read the log in: short, so that whoever takes what is read slowly holds no snapshot, with the texts that the log has, and
/// read-only but for the temporary tables that it begins with.
/// </summary>
sealed class LogSession : IAsyncDisposable
{
    // Literals are typed by people: a backslash in one is nothing but a backslash.
    const string Literals = "SELECT pg_catalog.set_config('standard_conforming_strings', 'on', true)";

    LogSession(NpgsqlConnection connection) => Connection = connection;

    public NpgsqlConnection Connection { get; }

    /// <param name="dataSource">Where.</param>
    /// <param name="temporary">Makes a temporary table that is gone with the transaction; null: none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LogSession> BeginAsync(NpgsqlDataSource dataSource, string? temporary, CancellationToken cancellationToken)
    {
        var session = new LogSession(await dataSource.OpenConnectionAsync(cancellationToken));
        try
        {
            await session.Connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
            await using var batch = new NpgsqlBatch(session.Connection);
            foreach (var sql in (ReadOnlySpan<string?>)[WriterSettings.Sql, Literals, temporary, "SET TRANSACTION READ ONLY"])
            {
                if (sql is not null) batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public NpgsqlCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Rolls back.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Connection.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is broken; the server rolls back by itself. What broke it is on its way to the caller.
        }
    }
}
