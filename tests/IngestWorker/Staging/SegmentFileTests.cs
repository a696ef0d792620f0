using Headgate.Connectors.Records;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.Tests.Doubles;

namespace Headgate.IngestWorker.Tests.Staging;

public sealed class SegmentFileTests : IDisposable
{
    readonly StagingRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task What_was_written_is_read()
    {
        var records = Mixed(seed: 1, count: 2_000);
        using var reader = await OpenAsync(await _root.StageAsync(records));

        Assert.Equal(2_000, reader.Rows);
        Assert.Equal(records.SelectMany(record => record), await BytesAsync(await reader.BatchAsync(0, int.MaxValue, default)));
    }

    [Fact]
    public async Task An_empty_segment_is_one_too()
    {
        using var reader = await OpenAsync(await _root.StageAsync([]));
        Assert.Equal(0, reader.Rows);
        Assert.Empty(await BytesAsync(await reader.BatchAsync(0, 10, default)));
    }

    [Fact]
    public async Task A_batch_can_begin_and_end_at_any_record()
    {
        var records = Mixed(seed: 2, count: 1_500);
        using var reader = await OpenAsync(await _root.StageAsync(records));
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var (first, most) = (random.Next(0, 1_500), random.Next(1, 700));
            var batch = await reader.BatchAsync(first, most, default);

            Assert.Equal((first, Math.Min(most, 1_500 - first)), (batch.FirstRow, batch.Rows));
            Assert.Equal(records.Skip(first).Take(most).SelectMany(record => record), await BytesAsync(batch));
        }
    }

    [Fact]
    public async Task A_batch_can_be_read_again()
    {
        using var reader = await _root.StageNumbersAsync(500);
        var batch = await reader.BatchAsync(100, 300, default);
        Assert.Equal(await BytesAsync(batch), await BytesAsync(batch));
    }

    [Theory]
    [InlineData(0, "the data's first byte")]
    [InlineData(7_000, "the data")]
    [InlineData(14_000 - 1, "the data's last byte")]
    [InlineData(14_000, "the index")]
    [InlineData(14_000 + 40, "the index")]
    [InlineData(-64, "the footer's magic")]
    [InlineData(-52, "the number of index entries")]
    [InlineData(-48, "the number of rows")]
    [InlineData(-33, "the data's length")]
    [InlineData(-32, "the digest")]
    [InlineData(-1, "the digest's last byte")]
    public async Task Damage_is_noticed(int at, string where)
    {
        var digest = await _root.StageAsync(Enumerable.Range(0, 1_000).Select(row => StagedRecords.Numbered(row)));
        await using (var file = new FileStream(_root.File, FileMode.Open))
        {
            file.Seek(at, at < 0 ? SeekOrigin.End : SeekOrigin.Begin);
            var value = file.ReadByte();
            file.Seek(-1, SeekOrigin.Current);
            file.WriteByte((byte)(value ^ 0x40));
        }

        Assert.True(await IsLostAsync(digest), where);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(5_000)]
    [InlineData(int.MaxValue)]
    public async Task A_truncated_file_is_noticed(int missing)
    {
        var digest = await _root.StageAsync(Enumerable.Range(0, 1_000).Select(row => StagedRecords.Numbered(row)));
        await using (var file = new FileStream(_root.File, FileMode.Open)) file.SetLength(Math.Max(0, file.Length - missing));

        Assert.True(await IsLostAsync(digest));
    }

    [Fact]
    public async Task Another_whole_file_under_the_name_is_noticed()
    {
        var digest = await _root.StageAsync([StagedRecords.Numbered(1)]);
        File.Delete(_root.File);
        await _root.StageAsync([StagedRecords.Numbered(2)]);
        Assert.True(await IsLostAsync(digest));
    }

    [Fact]
    public async Task A_missing_file_is_lost()
    {
        var digest = await _root.StageAsync([StagedRecords.Numbered(1)]);
        File.Delete(_root.File);
        Assert.True(await IsLostAsync(digest));
        _root.Staging.DeleteAttempts(_root.Name.JobId, upTo: 1);
        Assert.True(await IsLostAsync(digest));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_never_replaced()
    {
        var digest = await _root.StageAsync([StagedRecords.Numbered(1)]);
        await using (var second = _root.Staging.Create(_root.Name))
        {
            await second.WriteAsync(StagedRecords.Numbered(2), default);
            Assert.False(await second.PublishAsync(default));
        }

        using var reader = await OpenAsync(digest);
        Assert.Equal(StagedRecords.Numbered(1), await BytesAsync(await reader.BatchAsync(0, 1, default)));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_root.File)!));
    }

    [Fact]
    public async Task A_writer_that_is_given_up_leaves_nothing()
    {
        await using (var writer = _root.Staging.Create(_root.Name)) await writer.WriteAsync(StagedRecords.Numbered(1), default);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_root.File)!));
    }

    [Fact]
    public async Task A_record_that_ends_early_is_not_published()
    {
        await using var writer = _root.Staging.Create(_root.Name);
        await writer.WriteAsync(StagedRecords.Numbered(1).AsMemory(0, 9), default);
        await Assert.ThrowsAsync<InvalidDataException>(() => writer.PublishAsync(default));
    }

    [Fact]
    public async Task Staged_files_are_readable_by_their_owner_alone()
    {
        await _root.StageAsync([StagedRecords.Numbered(1)]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_root.File));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(_root.File)!));
    }

    [Fact]
    public async Task A_full_disk_is_told_apart()
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var error = await Assert.ThrowsAsync<IOException>(async () => await full.WriteAsync(new byte[4096]));
        Assert.True(Posix.IsDiskFull(error));
        Assert.Equal("staging-full", IngestWorker.Steps.Problems.Of(error).Code);
    }

    Task<SegmentReader> OpenAsync(byte[] digest) => _root.Staging.OpenAsync(_root.Name, digest, default);

    async Task<bool> IsLostAsync(byte[] digest)
    {
        try
        {
            (await OpenAsync(digest)).Dispose();
            return false;
        }
        catch (SegmentLostException)
        {
            return true;
        }
    }

    // Small ones, and some larger than an index entry's distance.
    static List<byte[]> Mixed(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(no =>
            StagedRecords.OfLengths(random, no % 400 == 0 ? 400_000 : random.Next(-1, 300), -1, 4))];
    }

    static async Task<List<byte>> BytesAsync(IRecordBatch batch)
    {
        var bytes = new List<byte>();
        await foreach (var piece in batch.ReadAsync(default)) bytes.AddRange(piece.Span);
        return bytes;
    }
}
