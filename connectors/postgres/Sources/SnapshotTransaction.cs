using System.Text.RegularExpressions;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>A pooled session's transaction that sees an exported snapshot.</summary>
sealed partial class SnapshotTransaction : IAsyncDisposable
{
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    SnapshotTransaction(NpgsqlConnection connection) => Connection = connection;

    public NpgsqlConnection Connection { get; }

    /// <param name="pool">Where.</param>
    /// <param name="snapshot">The snapshot's name.</param>
    /// <param name="plan">What is read. Where what is not read counts as gone, or is gone with the table that is replaced, the server is to
    /// fail rather than leave records out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<SnapshotTransaction> JoinAsync(
        NpgsqlDataSource pool, string snapshot, ReadPlan plan, CancellationToken cancellationToken)
    {
        var subject = $"Object {plan.Object.From}";
        // It goes into the statement as a literal; SET TRANSACTION takes no parameter.
        if (!SnapshotId().IsMatch(snapshot)) throw SourceErrors.Lost(subject, "the snapshot's name is not one of this server's");
        var connection = await pool.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = new SnapshotTransaction(connection);
            var whole = plan.Object is { Vanished: OnVanished.Keep, Replaces: null } ? "" : "; SET LOCAL row_security TO off";
            await transaction.ExecuteAsync(
                $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{snapshot}'{whole}", cancellationToken);
            return transaction;
        }
        catch (PostgresException e) when (e.SqlState[..2] is "22" or "42" or "55" or "25" or "0A" && e.SqlState != "55P03")
        {
            await connection.DisposeAsync();
            throw SourceErrors.Lost(subject, "the snapshot is gone, its session has ended", e.SqlState);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Gives statements the values that they must not hold themselves: COPY takes no parameters, and statement texts reach logs.
    /// </summary>
    public async Task SetAsync(IReadOnlyList<(string Name, string Value)> settings, CancellationToken cancellationToken)
    {
        if (settings.Count == 0) return;
        await using var command = new NpgsqlCommand(
            "SELECT count(pg_catalog.set_config(n, v, true)) FROM unnest($1::pg_catalog.text[], $2::pg_catalog.text[]) AS s(n, v)", Connection)
        {
            Parameters =
            {
                new() { Value = settings.Select(s => s.Name).ToArray() },
                new() { Value = settings.Select(s => s.Value).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Giving the session back rolls back. A server that does not answer must not hold the caller up.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Connection.DisposeAsync().AsTask().WaitAsync(ClosePatience);
        }
        catch (Exception e) when (e is TimeoutException or NpgsqlException or IOException)
        {
            // What was read is complete, or another error is on its way to the caller.
        }
    }

    async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, Connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex("^[0-9A-F]{8}-[0-9A-F]{8}-[0-9]{1,10}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SnapshotId();
}
