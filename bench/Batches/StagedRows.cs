using Headgate.Bench.Stack;

namespace Headgate.Bench.Batches;

/// <summary>
/// All rows of a source table in memory, in batches in the order of the key, cut into as many segments as there are writers. Reading the
/// source is no part of what is measured with them.
/// </summary>
sealed class StagedRows
{
    public const int Writers = 4;
    public const int BatchRows = 10_000;

    StagedRows(IReadOnlyList<IReadOnlyList<MemoryBatch>> segments) => Segments = segments;

    public IReadOnlyList<IReadOnlyList<MemoryBatch>> Segments { get; }

    /// <summary>Keys are 1 to the number of rows.</summary>
    public static async Task<StagedRows> ReadAsync(Database source, string table, long rows, CancellationToken cancellationToken)
    {
        var segments = new List<IReadOnlyList<MemoryBatch>>();
        for (var writer = 0; writer < Writers; writer++)
        {
            var (first, end) = (rows * writer / Writers, rows * (writer + 1) / Writers);
            var batches = new List<MemoryBatch>();
            for (var at = first; at < end; at += BatchRows)
            {
                var count = (int)Math.Min(BatchRows, end - at);
                batches.Add(await ReadAsync(source, table, at, count, at - first, cancellationToken));
            }

            segments.Add(batches);
        }

        return new StagedRows(segments);
    }

    /// <summary>Gives each segment to a writer of its own; returns when all have written.</summary>
    public Task WriteAsync(Func<int, IReadOnlyList<MemoryBatch>, Task> write) =>
        Task.WhenAll(Segments.Select((batches, segment) => Task.Run(() => write(segment, batches))));

    static async Task<MemoryBatch> ReadAsync(
        Database source, string table, long after, int count, long firstRow, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"copy (select * from {table} where id > {after} and id <= {after + count} order by id) to stdout (format binary)",
            cancellationToken);
        using var bytes = new MemoryStream();
        await copy.CopyToAsync(bytes, cancellationToken);
        return new MemoryBatch(firstRow, count, bytes.ToArray());
    }
}
