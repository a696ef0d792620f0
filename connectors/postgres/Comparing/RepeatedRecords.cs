using Headgate.Connectors.Comparing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>
/// Entries lie in temporary tables of a session of their own, so that memory does not grow with the log. Each of its transactions is short and,
/// but for those that make and remove the tables, read-only.
/// </summary>
sealed class RepeatedRecords : IRepeatedRecords
{
    const string Create = """
        CREATE TEMPORARY TABLE hg_entry (record uuid NOT NULL, seq bigint NOT NULL);
        CREATE TEMPORARY TABLE hg_repeated (record uuid PRIMARY KEY, last bigint NOT NULL, kept text)
        """;

    const string Remove = "DROP TABLE IF EXISTS pg_temp.hg_entry, pg_temp.hg_repeated";

    readonly NpgsqlConnection _connection;
    readonly string _subject;

    RepeatedRecords(NpgsqlConnection connection, string subject) => (_connection, _subject) = (connection, subject);

    public static async Task<RepeatedRecords> OpenAsync(NpgsqlDataSource dataSource, string subject, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            // Left behind where the session has served one before that ended in the middle.
            await ExecuteAsync(connection, $"{Remove}; {Create}", cancellationToken);
            return new RepeatedRecords(connection, subject);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public Task AddAsync(IReadOnlyList<(Guid Record, long Sequence)> entries, CancellationToken cancellationToken) => ReadOnlyAsync(
        async () =>
        {
            await using var copy = await _connection.BeginBinaryImportAsync(
                "COPY pg_temp.hg_entry (record, seq) FROM STDIN (FORMAT binary)", cancellationToken);
            foreach (var (record, sequence) in entries)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(record, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(sequence, NpgsqlDbType.Bigint, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    // Of all entries at once, which takes its time; it is read-only nevertheless, for the tables are temporary.
    public Task CloseAsync(CancellationToken cancellationToken) => ReadOnlyAsync(
        async () =>
        {
            await ExecuteAsync(_connection, "SET LOCAL statement_timeout TO 0", cancellationToken);
            await using var command = new NpgsqlCommand(
                """
                INSERT INTO pg_temp.hg_repeated (record, last) SELECT record, max(seq) FROM pg_temp.hg_entry GROUP BY record HAVING count(*) > 1
                """,
                _connection);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyDictionary<Guid, RepeatedRecord>> FindAsync(IReadOnlyCollection<Guid> records, CancellationToken cancellationToken) =>
        ReadOnlyAsync<IReadOnlyDictionary<Guid, RepeatedRecord>>(
            async () =>
            {
                await using var command = new NpgsqlCommand(
                    "SELECT record, last, kept FROM pg_temp.hg_repeated WHERE record = ANY ($1)", _connection);
                command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. records] });
                var found = new Dictionary<Guid, RepeatedRecord>();
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    found[reader.GetGuid(0)] = new RepeatedRecord(reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2));
                return found;
            },
            cancellationToken);

    public Task KeepAsync(IReadOnlyDictionary<Guid, string> kept, CancellationToken cancellationToken) => ReadOnlyAsync(
        async () =>
        {
            await using var command = new NpgsqlCommand(
                "UPDATE pg_temp.hg_repeated r SET kept = k.kept FROM unnest($1::uuid[], $2::text[]) AS k (record, kept) WHERE k.record = r.record",
                _connection);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. kept.Keys] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kept.Values] });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>The session is used again by others.</summary>
    public async ValueTask DisposeAsync()
    {
        await using var connection = _connection;
        try
        {
            await ExecuteAsync(connection, Remove, CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // The session has ended, and its tables with it.
        }
    }

    Task<T> ReadOnlyAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken) => Guarded.RunAsync(_subject, async () =>
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(_connection, $"{WriterSettings.Sql}; SET TRANSACTION READ ONLY", cancellationToken);
        var result = await step();
        await transaction.CommitAsync(cancellationToken);
        return result;
    });

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
