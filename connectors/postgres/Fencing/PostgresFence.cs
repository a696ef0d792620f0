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

    static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(5);

    readonly NpgsqlDataSource _dataSource = PostgresConnections.Create(connection, PostgresConnections.FenceApplication, BeImpatient);

    /// <inheritdoc/>
    public async Task<string> CheckAsync(CancellationToken cancellationToken) => (await IdentifyAsync(cancellationToken)).Name;

    /// <inheritdoc/>
    public async Task<DestinationIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        var (session, sight) = await ReachAsync(pipelineId: null, cancellationToken);
        await session.DisposeAsync();
        return sight.Identity;
    }

    /// <inheritdoc/>
    public Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken) =>
        MoveAsync(move, _ => Task.CompletedTask, cancellationToken);

    /// <inheritdoc/>
    public async Task<FenceMoveResult> MoveAsync(FenceMove move, Func<DestinationIdentity, Task> admit, CancellationToken cancellationToken)
    {
        var (session, sight) = await ReachAsync(move.PipelineId, cancellationToken);
        await using var held = session;
        // Not guarded: what fails in it is not the destination's.
        await admit(sight.Identity);
        return await Guarded.WriteAsync(_dataSource, Subject, () => MoveHereAsync(session, sight, move, cancellationToken));
    }

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

    // A destination that does not answer must be known for one soon: a stop is tried again and again, and others wait for their turn.
    static void BeImpatient(NpgsqlConnectionStringBuilder settings) =>
        (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout, settings.ConnectionLifetime) = (3, 10, 500, 600);

    /// <summary>A session at the destination, and what it sees there.</summary>
    Task<(NpgsqlConnection Session, FenceSight Sight)> ReachAsync(Guid? pipelineId, CancellationToken cancellationToken) =>
        Guarded.RunAsync(Subject, async () =>
        {
            try
            {
                return await LookInTimeAsync(pipelineId, cancellationToken);
            }
            catch (NpgsqlException e) when (WasCut(e))
            {
                // Kept since before the server restarted; a new one tells whether it is back.
                return await LookInTimeAsync(pipelineId, cancellationToken);
            }
        });

    // A statement that timed out is canceled through one more connection, and that one hangs as well.
    async Task<(NpgsqlConnection Session, FenceSight Sight)> LookInTimeAsync(Guid? pipelineId, CancellationToken cancellationToken)
    {
        var looking = LookAsync(pipelineId, cancellationToken);
        try
        {
            return await looking.WaitAsync(LookPatience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !looking.IsCompleted)
        {
            _ = GiveBackAsync(looking);
            throw;
        }
    }

    // Whoever waited for it was told; its own end, if it comes, is nobody's business but the pool's.
    static async Task GiveBackAsync(Task<(NpgsqlConnection Session, FenceSight Sight)> late)
    {
        var (session, _) = await late;
        await session.DisposeAsync();
    }

    async Task<(NpgsqlConnection Session, FenceSight Sight)> LookAsync(Guid? pipelineId, CancellationToken cancellationToken)
    {
        NpgsqlConnection? session = null;
        try
        {
            session = await _dataSource.OpenConnectionAsync(cancellationToken);
            return (session, await FenceSight.ReadAsync(session, pipelineId, Subject, cancellationToken));
        }
        catch (Exception e)
        {
            // The others that are kept are no better.
            if (e is NpgsqlException) _dataSource.Clear();
            if (session is not null) await session.DisposeAsync();
            throw;
        }
    }

    static bool WasCut(NpgsqlException error) => error is PostgresException server
        ? server.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        : error.InnerException is IOException;

    async Task<FenceMoveResult> MoveHereAsync(
        NpgsqlConnection session, FenceSight sight, FenceMove move, CancellationToken cancellationToken)
    {
        // Before the lock: a move that comes too late must not terminate the backends of a later job.
        if (sight.Row is { } before && before.IsBeyond(move)) return before.Passed(move);
        var version = sight.Version;
        if (SchemaInstaller.IsNeeded(version, upgrade: move.Open))
        {
            await SchemaInstaller.EnsureAsync(_dataSource, upgrade: move.Open, cancellationToken);
            version = SchemaInstaller.Latest;
        }

        await using var transaction = await session.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        if (await new ExclusiveLock(_dataSource, session, transaction).TakeAsync(move, cancellationToken) is { } waiting)
            return new FenceMoveResult.Held(waiting);

        var current = await ReadAsync(session, transaction, move, cancellationToken);
        if (current?.IsBeyond(move) ?? false) return current.Passed(move);
        current?.RefuseOther(move);
        if (move is { Open: true, Writer: { } writer })
        {
            await WriterGrants.RefuseUntouchableAsync(session, transaction, writer, cancellationToken);
            await WriterGrants.GrantAsync(session, transaction, writer, cancellationToken);
        }

        var moved = await WriteAsync(session, transaction, move, current, version, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return moved;
    }

    /// <summary>
    /// Makes the move durable, whatever the role's default is, and reads the fence: a stop is confirmed only once it cannot be lost, not
    /// even by a failover to a synchronous standby.
    /// </summary>
    static async Task<FenceRow?> ReadAsync(
        NpgsqlConnection session, NpgsqlTransaction transaction, FenceMove move, CancellationToken cancellationToken)
    {
        const string durable = """
            SELECT pg_catalog.set_config('synchronous_commit',
                CASE WHEN pg_catalog.current_setting('synchronous_standby_names') <> '' THEN 'remote_apply' ELSE 'on' END, true)
            """;
        await using var batch = new NpgsqlBatch(session, transaction)
        {
            BatchCommands = { new NpgsqlBatchCommand(durable), FenceRow.ReadCommand(move.PipelineId) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await FenceRow.ReadAsync(reader, cancellationToken);
    }

    static async Task<FenceMoveResult> WriteAsync(
        NpgsqlConnection session, NpgsqlTransaction transaction, FenceMove move, FenceRow? current, int version, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(session, transaction)
        {
            BatchCommands = { FenceRow.WriteCommand(move, current), LedgerReader.CountsCommand(move.JobId, move.Attempt, version) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var at = new DateTimeOffset(reader.GetDateTime(0), TimeSpan.Zero);
        await reader.NextResultAsync(cancellationToken);
        return new FenceMoveResult.Moved(await LedgerReader.CountsAsync(reader, cancellationToken), at);
    }
}
