using System.Buffers.Binary;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>Makes records in the staged form.</summary>
static class StagedRecords
{
    /// <summary>A record of one field of eight bytes: its number.</summary>
    public static byte[] Numbered(long number)
    {
        var record = new byte[2 + 4 + 8];
        BinaryPrimitives.WriteInt16BigEndian(record, 1);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(2), 8);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(6), number);
        return record;
    }

    /// <summary>A record of fields with the given lengths; -1: null.</summary>
    public static byte[] OfLengths(Random random, params int[] lengths)
    {
        var record = new byte[2 + lengths.Sum(length => 4 + Math.Max(0, length))];
        BinaryPrimitives.WriteInt16BigEndian(record, (short)lengths.Length);
        var at = 2;
        foreach (var length in lengths)
        {
            BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(at), length);
            random.NextBytes(record.AsSpan(at + 4, Math.Max(0, length)));
            at += 4 + Math.Max(0, length);
        }

        return record;
    }
}
