using System.Globalization;

namespace Headgate.IngestWorker.Staging;

/// <summary>The staging directory: one for all workers, see <see cref="SharedStaging"/>.</summary>
sealed class StagingDirectory(string root)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the directory if it is not there.</summary>
    public void Ensure() => EnsureDirectory(root);

    public string PathOf(string name) => Path.Combine(root, name);

    /// <summary>Begins a staged file; nobody sees it before it is published.</summary>
    public SegmentWriter Create(SegmentName name)
    {
        EnsureDirectory(root);
        EnsureDirectory(Path.Combine(root, $"{name.JobId:N}"));
        EnsureDirectory(Path.Combine(root, name.Directory));
        return new SegmentWriter(Path.Combine(root, name.Temporary), Path.Combine(root, name.File));
    }

    public bool Has(SegmentName name) => File.Exists(Path.Combine(root, name.File));

    /// <summary>Opens a staged file after checking every byte of it.</summary>
    /// <exception cref="SegmentLostException">It is gone or damaged.</exception>
    public Task<SegmentReader> OpenAsync(SegmentName name, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        SegmentReader.OpenAsync(Path.Combine(root, name.File), digest, cancellationToken);

    public void Delete(SegmentName name) => DeleteFile(Path.Combine(root, name.File));

    /// <summary>Deletes what was staged in the job's attempts up to the given one.</summary>
    public void DeleteAttempts(Guid jobId, int upTo)
    {
        var job = new DirectoryInfo(Path.Combine(root, $"{jobId:N}"));
        if (!job.Exists) return;
        foreach (var attempt in job.EnumerateDirectories())
        {
            if (int.TryParse(attempt.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= upTo)
                DeleteTree(attempt);
        }

        if (!job.EnumerateFileSystemInfos().Any()) DeleteTree(job);
    }

    // Created for their owner alone: staged files hold records.
    static void EnsureDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path, OwnerOnly);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent) Posix.FlushDirectory(parent);
    }

    static void DeleteTree(DirectoryInfo directory)
    {
        try
        {
            directory.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another delivery of the same release was faster.
        }
    }

    static void DeleteFile(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // The job was released meanwhile, and its directory with it.
        }
    }
}
