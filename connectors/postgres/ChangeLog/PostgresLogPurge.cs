using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// Deletes by the tables' own order, a few megabytes at a time. Writers only insert: rows that are deleted are not theirs, and no lock is taken
/// that conflicts with an insert.
/// </summary>
sealed class PostgresLogPurge(string connection) : ILogPurge
{
    const string Subject = "The destination's change log";
    const int MostRows = 500;
    const int MostBytes = 16 * 1024 * 1024;

    const string Settings = """
        SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
            ('statement_timeout', '30s'), ('lock_timeout', '2s'), ('idle_in_transaction_session_timeout', '30s'), ('search_path', 'pg_catalog'))
            AS s (name, value)
        """;

    static readonly (string Table, string Order, string Size)[] Steps =
    [
        ("change_group", "seq", "pg_column_size(records)"),
        ("change_block", "attempt, object_no, segment_no, first_row", "pg_column_size(keys) + pg_column_size(hashes)"),
        ("rejected", "attempt, object_no, segment_no, row_no", "coalesce(pg_column_size(image), 0)"),
    ];

    readonly NpgsqlDataSource _dataSource = PostgresConnections.Create(
        connection, PostgresConnections.FenceApplication, settings => settings.MaxPoolSize = 2);

    public Task<PurgePlace?> RemoveNextAsync(Guid jobId, PurgePlace? place, CancellationToken cancellationToken) =>
        Guarded.WriteAsync(_dataSource, Subject, () => RemoveAsync(jobId, place ?? new PurgePlace(0, null), cancellationToken));

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    async Task<PurgePlace?> RemoveAsync(Guid jobId, PurgePlace place, CancellationToken cancellationToken)
    {
        await using var session = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(session, Settings, cancellationToken);
        var (table, order, size) = Steps[place.Step];
        // A destination whose schema was removed has no log, and one of an earlier version not all that it may consist of.
        var upto = await IsThereAsync(session, table, cancellationToken) ? await UptoAsync(session, place, table, order, size, jobId, cancellationToken) : null;
        if (upto is not null)
        {
            await ExecuteAsync(
                session, $"DELETE FROM headgate.{table} WHERE job_id = $1{Behind(order, place.After)} AND ({order}) <= ({upto})", cancellationToken, Of(jobId));
        }
        else if (place.Step == Steps.Length - 1 && await IsThereAsync(session, "selection", cancellationToken))
        {
            await ExecuteAsync(session, "DELETE FROM headgate.selection WHERE job_id = $1", cancellationToken, Of(jobId));
        }

        await transaction.CommitAsync(CancellationToken.None);
        if (upto is not null) return place with { After = upto };
        return place.Step == Steps.Length - 1 ? null : new PurgePlace(place.Step + 1, null);
    }

    /// <summary>Up to which entry the next part goes; null: there are none left.</summary>
    static async Task<string?> UptoAsync(
        NpgsqlConnection session, PurgePlace place, string table, string order, string size, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"""
            SELECT concat_ws(', ', {order}) FROM (
                SELECT {order}, sum(size) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - size AS before FROM (
                    SELECT {order}, {size} AS size FROM headgate.{table} WHERE job_id = $1{Behind(order, place.After)} ORDER BY {order} LIMIT {MostRows}) sized) parts
            WHERE before < {MostBytes} ORDER BY {order.Replace(",", " DESC,", StringComparison.Ordinal)} DESC LIMIT 1
            """, session) { Parameters = { Of(jobId) } };
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    // Numbers that the server has told.
    static string Behind(string order, string? after) => after is null ? "" : $" AND ({order}) > ({after})";

    static async Task<bool> IsThereAsync(NpgsqlConnection session, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT to_regclass('headgate.{table}') IS NOT NULL", session);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, session);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static NpgsqlParameter<Guid> Of(Guid job) => new() { TypedValue = job };
}
