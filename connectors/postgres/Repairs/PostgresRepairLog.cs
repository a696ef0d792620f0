using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Schema;
using Headgate.Connectors.Repairs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Repairs;

/// <summary>The change log in schema headgate, by the connection of the role that owns the schema.</summary>
sealed class PostgresRepairLog(string connection) : IRepairLog
{
    const string Subject = "The destination's change log";

    readonly NpgsqlDataSource _dataSource = PostgresConnections.Create(connection, PostgresConnections.FenceApplication, BeImpatient);

    /// <inheritdoc/>
    public Task ReadyAsync(string? writer, CancellationToken cancellationToken) => Guarded.RunAsync(Subject, async () =>
    {
        await SchemaInstaller.EnsureAsync(_dataSource, upgrade: true, cancellationToken);
        if (writer is null) return;
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await WriterGrants.GrantAsync(session, transaction, writer, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<LoggedObject>> DescribeAsync(Guid jobId, CancellationToken cancellationToken) =>
        InSchemaAsync<IReadOnlyList<LoggedObject>>(session => LoggedObjects.ReadAsync(session, jobId, cancellationToken), [], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string>?>> NormalizeAsync(
        IReadOnlyList<LoggedField> keyFields, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken) =>
        Guarded.RunAsync(Subject, async () =>
        {
            await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
            return await new KeyForms(session, keyFields).NormalizeAsync(keys, cancellationToken);
        });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, LoggedCounts>?> CountAsync(LogQuery query, CancellationToken cancellationToken) =>
        InSchemaAsync<IReadOnlyDictionary<int, LoggedCounts>?>(
            async session => await LogCounts.ReadAsync(session, query, cancellationToken), new Dictionary<int, LoggedCounts>(), cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountSchemaChangesAsync(Guid jobId, CancellationToken cancellationToken) => InSchemaAsync(
        async session =>
        {
            await using var command = new NpgsqlCommand("SELECT count(*)::int FROM headgate.schema_change WHERE job_id = $1", session);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
            return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        },
        0, cancellationToken);

    /// <inheritdoc/>
    public Task SelectAsync(Guid repairId, int objectNo, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken) =>
        Guarded.RunAsync(Subject, async () =>
        {
            await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(
                $"""
                 INSERT INTO headgate.selection (job_id, object_no, key)
                 SELECT DISTINCT $1::uuid, $2::int, k.key FROM ({KeyColumns.Select(keys[0].Count, 3)}) k (key) ON CONFLICT DO NOTHING
                 """,
                session);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = repairId });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = objectNo });
            command.Parameters.AddRange(KeyColumns.Parameters(keys));
            await command.ExecuteNonQueryAsync(cancellationToken);
        });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    // Somebody waits for it. Sessions are few and soon given up: calls are rare.
    static void BeImpatient(NpgsqlConnectionStringBuilder settings) =>
        (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout, settings.Pooling) = (3, 20, 500, false);

    /// <summary>Where nothing was ever launched the schema is not there.</summary>
    Task<T> InSchemaAsync<T>(Func<NpgsqlConnection, Task<T>> read, T none, CancellationToken cancellationToken) => Guarded.RunAsync(Subject, async () =>
    {
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return await read(session);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return none;
        }
    });
}
