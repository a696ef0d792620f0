using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Fencing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// A transaction that began by taking the pipeline's lock shared and reading the fence. While it lives the fence cannot be moved;
/// where the fence does not stand for its ticket, <see cref="Refused"/> says so and nothing may be written.
/// </summary>
sealed class FencedTransaction : IAsyncDisposable
{
    static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    readonly NpgsqlTransaction _transaction;

    FencedTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        Connection = connection;
        _transaction = transaction;
    }

    public NpgsqlConnection Connection { get; }

    public SkipReason? Refused { get; private set; }

    /// <param name="dataSource">Where.</param>
    /// <param name="ticket">For whom the fence must stand.</param>
    /// <param name="then">Statements to send along, to save a round trip.</param>
    /// <param name="read">Reads what they return, from the first that returns rows on; not called if refused.</param>
    /// <param name="cancellationToken">Ends the wait for the lock.</param>
    public static async Task<FencedTransaction> BeginAsync(
        NpgsqlDataSource dataSource, JobTicket ticket, IReadOnlyList<NpgsqlBatchCommand> then, Func<NpgsqlDataReader, Task>? read,
        CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
            var fenced = new FencedTransaction(connection, transaction);
            await fenced.EnterAsync(ticket, then, read, cancellationToken);
            if (fenced.Refused is SkipReason.InHand) await LostSessions.EndAsync(dataSource, cancellationToken);
            return fenced;
        }
        catch
        {
            await EndAsync(connection);
            throw;
        }
    }

    public NpgsqlCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection, _transaction);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task ExecuteAsync(IEnumerable<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection, _transaction);
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Not to be interrupted: a commit that was sent is waited for.</summary>
    public Task CommitAsync() => _transaction.CommitAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => new(EndAsync(Connection));

    /// <summary>
    /// One round trip, but each statement for itself: only a statement that begins after the lock was granted, under a snapshot of its
    /// own, sees a fence that was moved while this transaction waited.
    /// </summary>
    async Task EnterAsync(
        JobTicket ticket, IReadOnlyList<NpgsqlBatchCommand> then, Func<NpgsqlDataReader, Task>? read, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(Connection, _transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(WriterSettings.Sql));
        batch.BatchCommands.Add(LockCommand(ticket));
        batch.BatchCommands.Add(FenceCommand(ticket));
        foreach (var command in then) batch.BatchCommands.Add(command);
        var stood = false;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            Refused = await JudgeAsync(reader, cancellationToken);
            stood = true;
            if (Refused is not null || read is null) return;
            await reader.NextResultAsync(cancellationToken);
            await read(reader);
        }
        catch (PostgresException) when (Refused is not null)
        {
            // What was sent along failed, but it was not to be done anyway.
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            if (!stood)
                throw PostgresProblem.Of("fence-moving", "The pipeline's lock was not had: its fence is being moved.", true, e.SqlState);
            Refused = SkipReason.InHand;
        }
    }

    static NpgsqlBatchCommand LockCommand(JobTicket ticket) => new("SELECT pg_catalog.pg_advisory_xact_lock_shared($1, $2)")
    {
        Parameters =
        {
            new NpgsqlParameter<int> { TypedValue = LockClass.Pipeline },
            new NpgsqlParameter<int> { TypedValue = LockKey.Of(ticket.PipelineId) },
        },
    };

    static NpgsqlBatchCommand FenceCommand(JobTicket ticket) => new($"""
        SELECT job_id = $2 AND attempt = $3 AND epoch = $4 AND open,
               system_identifier = {ServerIdentity.System} AND timeline = {ServerIdentity.Timeline}
        FROM headgate.fence WHERE pipeline_id = $1
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = ticket.PipelineId },
            new NpgsqlParameter<Guid> { TypedValue = ticket.JobId },
            new NpgsqlParameter<int> { TypedValue = ticket.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.Epoch },
        },
    };

    static async Task<SkipReason?> JudgeAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken) || !reader.GetBoolean(0)) return SkipReason.Fenced;
        return reader.GetBoolean(1) ? null : SkipReason.DestinationChanged;
    }

    /// <summary>Rolls back what is not committed. A server that does not answer must not hold the caller up.</summary>
    internal static async Task EndAsync(NpgsqlConnection connection)
    {
        var ended = CloseAsync(connection);
        await Task.WhenAny(ended, Task.Delay(EndPatience));
    }

    static async Task CloseAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is broken; the server rolls back by itself.
        }
    }
}
