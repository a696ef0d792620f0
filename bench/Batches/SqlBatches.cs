using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Npgsql;

namespace Headgate.Bench.Batches;

/// <summary>
/// The same batches by plain SQL of the benchmark's own: each a transaction that stages its records and writes them, or copies them.
/// </summary>
abstract class SqlBatches(string name, Installation installation, UpsertSubject subject)
    : UpsertContender(name, installation, installation.Peer, subject)
{
    protected const string Stage = "pg_temp.stage";

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await Subject.Rows.WriteAsync(async (segment, batches) =>
        {
            await using var connection = await Destination.OpenAsync(cancellationToken);
            foreach (var batch in batches) await WriteAsync(connection, segment, batch, cancellationToken);
        });
        return new Measure(watch.Elapsed.TotalSeconds);
    }

    /// <summary>Whether the records go by way of a temporary table, and not straight into the destination's.</summary>
    protected virtual bool IsStaged => true;

    /// <summary>What comes before the records are staged.</summary>
    protected abstract IReadOnlyList<string> Begin(int segment);

    /// <summary>Writes what is staged, and what comes after.</summary>
    protected abstract IReadOnlyList<string> Write(int segment, MemoryBatch batch);

    async Task WriteAsync(NpgsqlConnection connection, int segment, MemoryBatch batch, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            [
                "select set_config(s, 'off', true) from unnest(array['enable_hashjoin', 'enable_mergejoin', 'jit']) s",
                .. Begin(segment),
                .. IsStaged ? [Staging] : Array.Empty<string>(),
            ],
            cancellationToken);
        var into = $"copy {(IsStaged ? Stage : Table)} from stdin (format binary)";
        await using (var copy = await connection.BeginRawBinaryCopyAsync(into, cancellationToken))
            await copy.WriteAsync(batch.Stream, cancellationToken);
        await ExecuteAsync(connection, Write(segment, batch), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    string Staging => $"create temporary table stage on commit drop as select * from {Table} with no data";

    static async Task ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
