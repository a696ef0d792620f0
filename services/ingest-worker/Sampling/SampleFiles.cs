using System.Globalization;
using System.Text;
using Headgate.IngestWorker.Staging;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Sampling;

/// <summary>
/// Keeps what dry runs show of records: beside what is staged, where all workers find it, and longer than that. It is nowhere else.
/// </summary>
sealed class SampleFiles(StagingDirectory staging, TimeProvider time)
{
    const string Root = "samples";

    /// <summary>Of what a worker that was killed has left behind.</summary>
    static readonly TimeSpan Leftover = TimeSpan.FromDays(1);

    /// <summary>In place of what was kept of the object before. The file appears as a whole or not at all.</summary>
    /// <param name="jobId">The dry run.</param>
    /// <param name="attempt">Its attempt.</param>
    /// <param name="objectNo">The object.</param>
    /// <param name="samples">What is kept.</param>
    /// <param name="retention">For how long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many bytes that are.</returns>
    public async Task<long> KeepAsync(
        Guid jobId, int attempt, int objectNo, KeptSamples samples, TimeSpan retention, CancellationToken cancellationToken)
    {
        var directory = staging.Ensure(Root, $"{jobId:N}", $"{attempt}");
        var before = FilesOf(directory, objectNo).ToList();
        var path = Path.Combine(directory, $"{objectNo}.{(time.GetUtcNow() + retention).ToUnixTimeSeconds()}");
        var written = Encoding.UTF8.GetBytes(StoredJson.Write(samples));
        var temporary = Path.Combine(directory, $".{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var file = Create(temporary))
            {
                await file.WriteAsync(written, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        Posix.FlushDirectory(directory);
        foreach (var file in before.Where(file => file.Name != Path.GetFileName(path))) file.Delete();
        return written.Length;
    }

    /// <summary>The objects that something is kept of, in their order; null: nothing is, or not any more.</summary>
    public IReadOnlyList<int>? ObjectsOf(Guid jobId, int attempt)
    {
        var directory = new DirectoryInfo(PathOf(jobId, attempt));
        if (!directory.Exists || IsOver(directory)) return null;
        return [.. directory.EnumerateFiles().Select(NameOf).OfType<(int ObjectNo, DateTimeOffset)>().Select(name => name.ObjectNo).Distinct().Order()];
    }

    /// <summary>Null: nothing is kept of the object.</summary>
    public async Task<KeptSamples?> FindAsync(Guid jobId, int attempt, int objectNo, CancellationToken cancellationToken)
    {
        // Of one that was replaced a moment ago both can be there.
        if (FilesOf(PathOf(jobId, attempt), objectNo).MaxBy(file => NameOf(file)!.Value.Until) is not { } found) return null;
        try
        {
            return StoredJson.Read<KeptSamples>(await File.ReadAllTextAsync(found.FullName, cancellationToken));
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>How many bytes are kept of the attempt.</summary>
    public long LengthOf(Guid jobId, int attempt)
    {
        var directory = new DirectoryInfo(PathOf(jobId, attempt));
        return directory.Exists ? directory.EnumerateFiles().Sum(LengthOf) : 0;
    }

    /// <summary>The same of one object of it.</summary>
    public long LengthOf(Guid jobId, int attempt, int objectNo) => FilesOf(PathOf(jobId, attempt), objectNo).Sum(LengthOf);

    /// <summary>Deletes what is kept of a job's attempts up to the given one.</summary>
    public void Delete(Guid jobId, int upTo)
    {
        var job = new DirectoryInfo(staging.PathOf(Path.Combine(Root, $"{jobId:N}")));
        for (var attempt = 1; job.Exists && attempt <= upTo; attempt++) StagingDirectory.DeleteTree(PathOf(jobId, attempt));
        StagingDirectory.DeleteEmpty(job.FullName);
    }

    /// <summary>Deletes what is over: of an attempt all at once.</summary>
    public void Sweep()
    {
        var root = new DirectoryInfo(staging.PathOf(Root));
        if (!root.Exists) return;
        foreach (var job in root.GetDirectories())
        {
            try
            {
                foreach (var attempt in job.GetDirectories().Where(IsOver)) StagingDirectory.DeleteTree(attempt.FullName);
                StagingDirectory.DeleteEmpty(job.FullName);
            }
            catch (DirectoryNotFoundException)
            {
                // Another worker was faster.
            }
        }
    }

    bool IsOver(DirectoryInfo attempt) =>
        attempt.EnumerateFiles().Select(file => NameOf(file)?.Until ?? new DateTimeOffset(file.LastWriteTimeUtc) + Leftover)
            .DefaultIfEmpty(new DateTimeOffset(attempt.LastWriteTimeUtc) + Leftover).Max() <= time.GetUtcNow();

    string PathOf(Guid jobId, int attempt) => staging.PathOf(Path.Combine(Root, $"{jobId:N}", $"{attempt}"));

    static IEnumerable<FileInfo> FilesOf(string directory, int objectNo)
    {
        var found = new DirectoryInfo(directory);
        return found.Exists ? found.EnumerateFiles($"{objectNo}.*").Where(file => NameOf(file) is not null) : [];
    }

    static (int ObjectNo, DateTimeOffset Until)? NameOf(FileInfo file) =>
        file.Name.Split('.') is [var objectNo, var until]
        && int.TryParse(objectNo, NumberStyles.None, CultureInfo.InvariantCulture, out var no)
        && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (no, DateTimeOffset.FromUnixTimeSeconds(seconds)) : null;

    static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // It was replaced a moment ago.
            return 0;
        }
    }

    // For its owner alone, as what is staged.
    static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
