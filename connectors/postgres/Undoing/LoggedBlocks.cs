using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Reads the compact entries of a first load: keys, which are logged in binary form, are received by the table's own types and told as text, like
/// those of all other entries.
/// </summary>
sealed class LoggedBlocks(NpgsqlConnection connection, ObjectPlan plan, SegmentRange range)
{
    /// <param name="schema">What is kept of blocks.</param>
    /// <param name="chosen">SQL: a condition on the key x.key, beginning with AND; or nothing.</param>
    /// <param name="take">Takes a query for the next entries.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(LogSchema schema, string chosen, Func<string, Task> take, CancellationToken cancellationToken)
    {
        var numbers = await NumbersAsync(schema, cancellationToken);
        if (numbers.Count == 0) return;
        var table = await FieldShapes.ReadAsync(connection, plan.To, cancellationToken);
        // Keys are logged in the order of the fields, and told in their own.
        var key = plan.Key.Order().Select(at => plan.Fields[at].Name).ToList();
        var shapes = plan.Key.Select(at => table.Single(field => field.Name == plan.Fields[at].Name).Shape).ToList();
        await ExecuteAsync($"""
            CREATE TEMPORARY TABLE hg_key ON COMMIT DROP AS
            SELECT {SqlText.Identifiers(key)}, NULL::int AS hg_place, NULL::bytea AS hg_hash FROM {plan.To} WITH NO DATA
            """, cancellationToken);
        foreach (var seq in numbers)
        {
            var (block, xid, attempt) = await ReadAsync(schema, seq, key.Count, cancellationToken);
            await ExecuteAsync("TRUNCATE pg_temp.hg_key", cancellationToken);
            await TupleStream.CopyAsync(connection, "COPY pg_temp.hg_key FROM STDIN (FORMAT binary)", block, observe: null, cancellationToken);
            await take($"""
                SELECT 'insert', x.key, NULL::text[], NULL::text[], x.hash, {(xid is null ? "NULL" : $"'{xid}'")}::xid, {attempt}{(plan.LogsVersions ? ", NULL::xid" : "")}
                FROM (SELECT {UndoTables.Texts(shapes, "k")} AS key, k.hg_hash AS hash, k.hg_place AS place FROM pg_temp.hg_key k OFFSET 0) x
                WHERE true{chosen} ORDER BY x.place DESC
                """);
        }
    }

    async Task<IReadOnlyList<long>> NumbersAsync(LogSchema schema, CancellationToken cancellationToken)
    {
        await using var command = Command($"""
            SELECT b.seq FROM {schema.Blocks} WHERE b.seq BETWEEN {range.FirstSeq} AND {range.LastSeq} ORDER BY b.seq DESC
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var numbers = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) numbers.Add(reader.GetInt64(0));
        return numbers;
    }

    async Task<(BlockKeys Block, string? Xid, int Attempt)> ReadAsync(
        LogSchema schema, long seq, int keyFields, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT b.keys, b.hashes, b.row_count, b.xid::text, b.attempt FROM {schema.Blocks} WHERE b.seq = {seq}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var block = new BlockKeys(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), keyFields);
        return (block, reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt32(4));
    }

    NpgsqlCommand Command(string sql) => new(sql, connection)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = plan.Undo!.OfJobId }, new NpgsqlParameter<int> { TypedValue = plan.Undo.OfObjectNo },
        },
    };

    async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
