using System.Buffers;
using System.Runtime.CompilerServices;
using Headgate.Connectors.Records;

namespace Headgate.IngestWorker.Staging;

/// <summary>Records in a row of a staged file. Each piece is valid until the next one is asked for.</summary>
sealed class SegmentBatch(SegmentReader segment, long firstRow, int rows, long from, long to) : IRecordBatch
{
    public long FirstRow => firstRow;

    public int Rows => rows;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var piece = ArrayPool<byte>.Shared.Rent(SegmentReader.PieceSize);
        try
        {
            for (var at = from; at < to;)
            {
                var wanted = (int)Math.Min(SegmentReader.PieceSize, to - at);
                var read = await segment.ReadAsync(piece.AsMemory(0, wanted), at, cancellationToken);
                yield return piece.AsMemory(0, read);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
