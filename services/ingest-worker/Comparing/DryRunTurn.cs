using Headgate.IngestWorker.State;
using Npgsql;

namespace Headgate.IngestWorker.Comparing;

/// <summary>
/// The right to compare a job's records: one delivery has it at a time, wherever. A job that waits for long asks again, and each of its messages
/// would go round otherwise. It ends with its session at the latest.
/// </summary>
sealed class DryRunTurn : IAsyncDisposable
{
    const string Key = "hashtextextended('headgate dry run ' || $1::text, 0)";

    readonly NpgsqlConnection _connection;
    readonly Guid _job;

    DryRunTurn(NpgsqlConnection connection, Guid job) => (_connection, _job) = (connection, job);

    /// <summary>Null: another delivery has it.</summary>
    public static async Task<DryRunTurn?> TakeAsync(IngestState state, Guid job, CancellationToken cancellationToken)
    {
        var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Key})", connection);
            if (await command.With(job).ExecuteScalarAsync(cancellationToken) is true) return new DryRunTurn(connection, job);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = _connection;
        await using var command = new NpgsqlCommand($"select pg_advisory_unlock({Key})", connection);
        await command.With(_job).ExecuteNonQueryAsync();
    }
}
