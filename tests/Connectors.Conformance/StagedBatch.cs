using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Headgate.Connectors.Records;

namespace Headgate.Connectors.Conformance;

/// <summary>Records held in memory, handed out in pieces that cut records anywhere.</summary>
public sealed class StagedBatch(long firstRow, IReadOnlyList<byte[]> tuples) : IRecordBatch
{
    /// <inheritdoc/>
    public long FirstRow => firstRow;

    /// <inheritdoc/>
    public int Rows => tuples.Count;

    /// <summary>Bytes a piece. Default 1000.</summary>
    public int Piece { get; init; } = 1000;

    /// <summary>Awaited before each piece.</summary>
    public Func<Task>? OnRead { get; init; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bytes = tuples.SelectMany(t => t).ToArray().AsMemory();
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            if (OnRead is { } step) await step();
            cancellationToken.ThrowIfCancellationRequested();
            yield return bytes[..Math.Min(Piece, bytes.Length)];
        }
    }

    /// <summary>A record of an integer and a text (null: null).</summary>
    public static byte[] Tuple(int id, string? note)
    {
        var text = note is null ? [] : Encoding.UTF8.GetBytes(note);
        var tuple = new byte[2 + 8 + 4 + text.Length];
        BinaryPrimitives.WriteInt16BigEndian(tuple, 2);
        BinaryPrimitives.WriteInt32BigEndian(tuple.AsSpan(2), 4);
        BinaryPrimitives.WriteInt32BigEndian(tuple.AsSpan(6), id);
        BinaryPrimitives.WriteInt32BigEndian(tuple.AsSpan(10), note is null ? -1 : text.Length);
        text.CopyTo(tuple, 14);
        return tuple;
    }

    /// <summary>The records of staged bytes, each for itself.</summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> staged)
    {
        var tuples = new List<byte[]>();
        while (staged.Length > 0)
        {
            var scanner = new RecordScanner();
            var length = scanner.Scan(staged, out var ended);
            if (!ended) throw new InvalidDataException("The last record is cut off.");
            tuples.Add(staged[..length].ToArray());
            staged = staged[length..];
        }

        return tuples;
    }
}
