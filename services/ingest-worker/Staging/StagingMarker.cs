namespace Headgate.IngestWorker.Staging;

/// <summary>
/// A file in the staging directory that tells it from any other: a number that whoever came first has made up. Workers with the same
/// number have the same directory, under whatever path.
/// </summary>
static class StagingMarker
{
    const string Name = ".headgate-staging";

    /// <summary>The directory's number; a directory without one, or none at all, gets one.</summary>
    /// <exception cref="InvalidOperationException">The directory cannot be used.</exception>
    public static Guid ReadOrCreate(StagingDirectory staging)
    {
        try
        {
            staging.Ensure();
            return TryRead(staging.PathOf(Name)) ?? Create(staging.PathOf(Name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"HEADGATE_STAGING names a directory that cannot be used ({error.GetType().Name}).", error);
        }
    }

    static Guid? TryRead(string path)
    {
        if (!File.Exists(path)) return null;
        return Guid.TryParse(File.ReadAllText(path).Trim(), out var number)
            ? number
            : throw new IOException("The staging directory's marker holds no number.");
    }

    // Of several workers that start together one makes the number: a link never replaces a file.
    static Guid Create(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        using (var file = new StreamWriter(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.WriteLine(Guid.NewGuid());
        }

        try
        {
            _ = Posix.TryLink(draft, path);
        }
        finally
        {
            File.Delete(draft);
        }

        Posix.FlushDirectory(Path.GetDirectoryName(path)!);
        return TryRead(path)!.Value;
    }
}
