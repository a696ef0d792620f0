using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Where some of the records begin: about every 256th, or closer together where records are large, so that any record is found by
/// scanning at most that much.
/// </summary>
sealed class SegmentIndex
{
    public const int EntrySize = 16;

    const int RowsApart = 256;
    const int BytesApart = 256 * 1024;

    readonly List<(long Row, long Offset)> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Takes note that a record begins here, if it is far enough from the last one noted.</summary>
    public void Note(long row, long offset)
    {
        var (lastRow, lastOffset) = _entries.Count == 0 ? (0, 0) : _entries[^1];
        if (row - lastRow >= RowsApart || offset - lastOffset >= BytesApart) _entries.Add((row, offset));
    }

    /// <summary>The last noted record at or before the given one.</summary>
    public (long Row, long Offset) Before(long row)
    {
        var at = CollectionsMarshal.AsSpan(_entries).BinarySearch(new RowOrder(row));
        if (at < 0) at = ~at - 1;
        return at < 0 ? (0, 0) : _entries[at];
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[_entries.Count * EntrySize];
        for (var i = 0; i < _entries.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * EntrySize), _entries[i].Row);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan((i * EntrySize) + 8), _entries[i].Offset);
        }

        return bytes;
    }

    public static SegmentIndex FromBytes(ReadOnlySpan<byte> bytes)
    {
        var index = new SegmentIndex();
        for (; bytes.Length >= EntrySize; bytes = bytes[EntrySize..])
            index._entries.Add((BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..])));
        return index;
    }

    readonly struct RowOrder(long row) : IComparable<(long Row, long Offset)>
    {
        public int CompareTo((long Row, long Offset) other) => row.CompareTo(other.Row);
    }
}
