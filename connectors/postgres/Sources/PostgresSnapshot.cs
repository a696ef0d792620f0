using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>An exported snapshot; its session does nothing else, and is used again once the snapshot is let go: to open one takes longer than all it does.</summary>
sealed class PostgresSnapshot : ISourceSnapshot
{
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);
    readonly NpgsqlConnection _connection;
    readonly string _subject;

    PostgresSnapshot(NpgsqlConnection connection, string subject, string id, DateTimeOffset upperBound, bool seesAllTransactions)
    {
        _connection = connection;
        _subject = subject;
        Id = id;
        UpperBound = upperBound;
        SeesAllTransactions = seesAllTransactions;
    }

    public string Id { get; }

    public DateTimeOffset UpperBound { get; }

    public bool SeesAllTransactions { get; }

    /// <summary>The bound first: what commits between the two is then in the snapshot as well.</summary>
    public static async Task<PostgresSnapshot> OpenAsync(
        NpgsqlDataSource dataSource, string subject, TimeSpan cursorLag, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var (upper, seesAll) = await SnapshotBound.ReadAsync(connection, cursorLag, cancellationToken);
            await using var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", connection);
            await begin.ExecuteNonQueryAsync(cancellationToken);
            await using var export = new NpgsqlCommand("SELECT pg_catalog.pg_export_snapshot()", connection);
            var id = (string)(await export.ExecuteScalarAsync(cancellationToken))!;
            return new PostgresSnapshot(connection, subject, id, upper, seesAll);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", _connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw SourceErrors.Lost(_subject, "the snapshot is gone, its session has ended", (e as PostgresException)?.SqlState);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync().WaitAsync(EndPatience);
        }
        catch (Exception e) when (e is TimeoutException or NpgsqlException or InvalidOperationException or IOException)
        {
            // The session has ended already, or its server does not answer: either way nobody can use the snapshot much longer.
        }
    }

    /// <summary>The rollback first: the server notices a closed connection in its own time, and the snapshot would outlive this call.</summary>
    async Task EndAsync()
    {
        await using var connection = _connection;
        await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
        await rollback.ExecuteNonQueryAsync();
    }
}
