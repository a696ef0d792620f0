namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Files named after living workers in the staging directory. Whoever sees the file of another worker has its directory, under whatever
/// path; a copy of the directory would have to be made while that worker lives.
/// </summary>
sealed class WorkerFiles(StagingDirectory staging)
{
    const string Prefix = ".worker-";

    /// <summary>
    /// Makes the worker's own file, or makes it again; that also shows that the directory can be written. The file is empty: it has
    /// to be made on a full disk too, which nobody but a worker empties.
    /// </summary>
    /// <exception cref="IOException">It cannot.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not.</exception>
    public void Write(Guid worker)
    {
        staging.Ensure();
        new FileStream(PathOf(worker), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();
    }

    public bool Has(Guid worker) => File.Exists(PathOf(worker));

    public void Delete(Guid worker) => File.Delete(PathOf(worker));

    /// <summary>Takes away what workers that were killed have left.</summary>
    public void DeleteOthers(IReadOnlyCollection<Guid> living)
    {
        foreach (var path in Directory.EnumerateFiles(staging.PathOf(""), $"{Prefix}*"))
        {
            if (Guid.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), out var worker) && !living.Contains(worker)) File.Delete(path);
        }
    }

    string PathOf(Guid worker) => staging.PathOf($"{Prefix}{worker:N}");
}
