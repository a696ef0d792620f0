using System.Buffers.Binary;
using Headgate.IngestWorker.Tests.Doubles;

namespace Headgate.IngestWorker.Tests.Staging;

/// <summary>Alone, since it measures what the whole process holds.</summary>
[Collection("alone")]
public sealed class SegmentMemoryTests : IDisposable
{
    const int Megabyte = 1024 * 1024;

    readonly StagingRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_record_of_100_MB_takes_no_more_memory_than_a_small_one()
    {
        var piece = new byte[64 * 1024];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        byte[] digest;
        await using (var writer = _root.Staging.Create(_root.Name))
        {
            await writer.WriteAsync(StagedRecords.Numbered(1), default);
            await writer.WriteAsync(Head(100 * Megabyte), default);
            for (var written = 0; written < 100 * Megabyte; written += piece.Length) await writer.WriteAsync(piece, default);
            await writer.WriteAsync(StagedRecords.Numbered(2), default);
            Assert.Equal(3, writer.Rows);
            Assert.True(await writer.PublishAsync(default));
            digest = writer.Digest;
        }

        using var reader = await _root.Staging.OpenAsync(_root.Name, digest, default);
        long length = 0;
        await foreach (var read in (await reader.BatchAsync(1, 1, default)).ReadAsync(default)) length += read.Length;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal((100 * Megabyte) + 6, length);
        Assert.InRange(allocated, 0, 8 * Megabyte);
    }

    static byte[] Head(int length)
    {
        var head = new byte[6];
        BinaryPrimitives.WriteInt16BigEndian(head, 1);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(2), length);
        return head;
    }
}
