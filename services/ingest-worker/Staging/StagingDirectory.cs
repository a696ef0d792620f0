using System.Globalization;

namespace Headgate.IngestWorker.Staging;

/// <summary>The staging directory: one for all workers, see <see cref="SharedStaging"/>.</summary>
sealed class StagingDirectory(string root)
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a directory in it, and those above that one, if they are not there.</summary>
    /// <returns>Its path.</returns>
    public string Ensure(params IEnumerable<string> names)
    {
        EnsureDirectory(root);
        return names.Aggregate(root, (path, name) =>
        {
            var next = Path.Combine(path, name);
            EnsureDirectory(next);
            return next;
        });
    }

    public string PathOf(string name) => Path.Combine(root, name);

    /// <summary>Begins a staged file; nobody sees it before it is published.</summary>
    public SegmentWriter Create(SegmentName name)
    {
        Ensure($"{name.JobId:N}", $"{name.Attempt}");
        return new SegmentWriter(Path.Combine(root, name.Temporary), Path.Combine(root, name.File));
    }

    public bool Has(SegmentName name) => File.Exists(Path.Combine(root, name.File));

    /// <summary>Opens a staged file after checking every byte of it.</summary>
    /// <exception cref="SegmentLostException">It is gone or damaged.</exception>
    public Task<SegmentReader> OpenAsync(SegmentName name, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        SegmentReader.OpenAsync(Path.Combine(root, name.File), digest, cancellationToken);

    public void Delete(SegmentName name) => DeleteFile(Path.Combine(root, name.File));

    /// <summary>The attempts that something is or was staged of.</summary>
    public IReadOnlyList<(Guid JobId, int Attempt)> Attempts() =>
    [
        .. from job in new DirectoryInfo(root).EnumerateDirectories()
           where Guid.TryParseExact(job.Name, "N", out _)
           from attempt in AttemptsOf(job)
           select (Guid.ParseExact(job.Name, "N"), attempt),
    ];

    /// <summary>Deletes what was staged in the job's attempts up to the given one.</summary>
    public void DeleteAttempts(Guid jobId, int upTo)
    {
        var job = new DirectoryInfo(PathOf($"{jobId:N}"));
        foreach (var attempt in AttemptsOf(job).Where(attempt => attempt <= upTo).ToList()) DeleteTree(Path.Combine(job.FullName, $"{attempt}"));
        DeleteEmpty(job.FullName);
    }

    static IEnumerable<int> AttemptsOf(DirectoryInfo job) =>
        job.Exists
            ? from attempt in job.EnumerateDirectories()
              where int.TryParse(attempt.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
              select int.Parse(attempt.Name, CultureInfo.InvariantCulture)
            : [];

    // Created for their owner alone: staged files hold records.
    static void EnsureDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path, OwnerOnly);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent) Posix.FlushDirectory(parent);
    }

    /// <summary>Deletes a directory, if nothing is in it.</summary>
    public static void DeleteEmpty(string path)
    {
        try
        {
            if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any()) Directory.Delete(path);
        }
        catch (IOException)
        {
            // Another delivery was faster, or an attempt that was restarted has made its directory in it.
        }
    }

    /// <summary>Deletes a directory with what is in it.</summary>
    public static void DeleteTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
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
