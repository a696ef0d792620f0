using System.Buffers.Binary;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// The end of a staged file: data, index, footer. The digest is over everything before it, the footer's own head included.
/// </summary>
sealed record SegmentFooter(long Rows, long DataLength, int IndexEntries)
{
    /// <summary>Bytes of the footer that the digest covers.</summary>
    public const int HeadSize = 32;

    public const int DigestSize = 16;

    public const int Size = HeadSize + DigestSize;

    const int Version = 2;

    static ReadOnlySpan<byte> Magic => "HGSEGMNT"u8;

    public long FileLength => DataLength + ((long)IndexEntries * SegmentIndex.EntrySize) + Size;

    public void WriteHead(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], IndexEntries);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], Rows);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], DataLength);
    }

    /// <summary>Reads the head; null: it is none of this version.</summary>
    public static SegmentFooter? ReadHead(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic) || BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) != Version) return null;
        var footer = new SegmentFooter(
            BinaryPrimitives.ReadInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[24..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[12..]));
        return footer is { Rows: >= 0, DataLength: >= 0, IndexEntries: >= 0 } ? footer : null;
    }
}
