using System.Runtime.CompilerServices;
using Headgate.Connectors.Records;

namespace Headgate.Bench.Batches;

/// <summary>A batch as one binary COPY stream, header and trailer included.</summary>
sealed class MemoryBatch(long firstRow, int rows, byte[] stream) : IRecordBatch
{
    const int Header = 19;
    const int Trailer = 2;

    public long FirstRow => firstRow;

    public int Rows => rows;

    public ReadOnlyMemory<byte> Stream => stream;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return stream.AsMemory()[Header..^Trailer];
    }
}
