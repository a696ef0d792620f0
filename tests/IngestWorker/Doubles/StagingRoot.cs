using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>A staging directory of one test.</summary>
sealed class StagingRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("headgate-test-staging-").FullName;

    public StagingDirectory Staging => new(Path);

    public SegmentName Name { get; } = new(Guid.NewGuid(), 1, 0, 0, 1, Guid.NewGuid());

    public string File => System.IO.Path.Combine(Path, Name.File);

    /// <summary>Stages records under <see cref="Name"/>.</summary>
    public async Task<byte[]> StageAsync(IEnumerable<byte[]> records)
    {
        await using var writer = Staging.Create(Name);
        foreach (var record in records) await writer.WriteAsync(record, default);
        Assert.True(await writer.PublishAsync(default));
        return writer.Digest;
    }

    public async Task<SegmentReader> StageNumbersAsync(int rows) =>
        await Staging.OpenAsync(Name, await StageAsync(Enumerable.Range(0, rows).Select(row => StagedRecords.Numbered(row))), default);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
