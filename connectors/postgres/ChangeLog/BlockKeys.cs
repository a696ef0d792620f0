using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Headgate.Connectors.Records;

namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>
/// The records of a <see cref="ChangeBlock"/> as tuples: the key fields as they were staged, a record's place from 0 (int), its hash (bytea).
/// </summary>
sealed class BlockKeys(byte[] keys, byte[] hashes, int rows, int keyFields) : IRecordBatch
{
    const int HashBytes = 8;

    public long FirstRow => 0;

    public int Rows => rows;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var inflate = new DeflateStream(new MemoryStream(keys), CompressionMode.Decompress);
        var record = new ArrayBufferWriter<byte>();
        for (var place = 0; place < rows; place++)
        {
            record.ResetWrittenCount();
            BinaryPrimitives.WriteInt16BigEndian(record.GetSpan(2), (short)(keyFields + 2));
            record.Advance(2);
            for (var field = 0; field < keyFields; field++)
            {
                await inflate.ReadExactlyAsync(record.GetMemory(4)[..4], cancellationToken);
                var length = BinaryPrimitives.ReadInt32BigEndian(record.GetSpan(4));
                record.Advance(4);
                if (length <= 0) continue;
                await inflate.ReadExactlyAsync(record.GetMemory(length)[..length], cancellationToken);
                record.Advance(length);
            }

            Finish(record, place);
            yield return record.WrittenMemory;
        }
    }

    void Finish(ArrayBufferWriter<byte> record, int place)
    {
        var end = record.GetSpan(12 + HashBytes);
        BinaryPrimitives.WriteInt32BigEndian(end, 4);
        BinaryPrimitives.WriteInt32BigEndian(end[4..], place);
        BinaryPrimitives.WriteInt32BigEndian(end[8..], HashBytes);
        hashes.AsSpan(place * HashBytes, HashBytes).CopyTo(end[12..]);
        record.Advance(12 + HashBytes);
    }
}
