using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Schema;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>The fence in schema headgate. Its role owns that schema; workers only read the fence.</summary>
public sealed class PostgresFence(string connection) : IFence
{
    const string Subject = "The destination's fence";

    readonly NpgsqlDataSource _dataSource = PostgresConnections.Create(connection, PostgresConnections.FenceApplication);

    /// <inheritdoc/>
    public Task<string> CheckAsync(CancellationToken cancellationToken) => Guarded.RunAsync(Subject, async () =>
    {
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        const string sql = $"""
            SELECT pg_catalog.pg_is_in_recovery(), 'postgres:' || {ServerIdentity.System} || '/' || pg_catalog.current_database(),
                   CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                        ELSE pg_catalog.pg_has_role(n.nspowner, 'USAGE') END
            FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'headgate'
            """;
        await using var command = new NpgsqlCommand(sql, session);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(0)) throw Standby();
        if (!reader.GetBoolean(2))
            throw PostgresProblem.Of(
                "permission", $"{Subject}: the role may not create schema headgate, or does not own it.", sqlState: "42501");
        return reader.GetString(1);
    });

    /// <inheritdoc/>
    public Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken) => Guarded.RunAsync(Subject, async () =>
    {
        await RefuseStandbyAsync(cancellationToken);
        await SchemaInstaller.EnsureAsync(_dataSource, upgrade: move.Open, cancellationToken);
        return await MoveHereAsync(move, cancellationToken);
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        Guarded.RunAsync(Subject, async () =>
        {
            await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
            try
            {
                return await LedgerReader.EntriesAsync(session, jobId, attempt, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                return [];
            }
        });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    async Task<FenceMoveResult> MoveHereAsync(FenceMove move, CancellationToken cancellationToken)
    {
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        // Before the lock: a move that comes too late must not terminate the backends of a later job.
        if (await FenceRow.ReadAsync(session, null, move.PipelineId, cancellationToken) is { } before && before.IsBeyond(move))
            return before.Passed(move);

        await using var transaction = await session.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        if (await new ExclusiveLock(_dataSource, session, transaction).TakeAsync(move, cancellationToken) is { } waiting)
            return new FenceMoveResult.Held(waiting);

        var current = await FenceRow.ReadAsync(session, transaction, move.PipelineId, cancellationToken);
        if (current?.IsBeyond(move) ?? false) return current.Passed(move);
        current?.RefuseOther(move);
        await MakeDurableAsync(session, transaction, cancellationToken);
        if (move is { Open: true, Writer: { } writer })
        {
            await WriterGrants.RefuseUntouchableAsync(session, transaction, writer, cancellationToken);
            await WriterGrants.GrantAsync(session, transaction, writer, cancellationToken);
        }

        var at = await FenceRow.WriteAsync(session, transaction, move, current, cancellationToken);
        var counts = await LedgerReader.CountsAsync(session, transaction, move.JobId, move.Attempt, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return new FenceMoveResult.Moved(counts, at);
    }

    async Task RefuseStandbyAsync(CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand("SELECT pg_catalog.pg_is_in_recovery()");
        if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!) throw Standby();
    }

    /// <summary>
    /// Whatever the role's default is: a stop is confirmed only once it cannot be lost, not even by a failover to a synchronous standby.
    /// </summary>
    static async Task MakeDurableAsync(NpgsqlConnection session, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT pg_catalog.set_config('synchronous_commit',
                CASE WHEN pg_catalog.current_setting('synchronous_standby_names') <> '' THEN 'remote_apply' ELSE 'on' END, true)
            """;
        await using var command = new NpgsqlCommand(sql, session, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static ConnectorException Standby() =>
        PostgresProblem.Of("read-only", $"{Subject}: the server is a standby and takes no writes.", retryable: true, sqlState: "25006");
}
