using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Headgate.IngestWorker.Staging;

/// <summary>The calls of POSIX that .NET has no counterpart of.</summary>
static partial class Posix
{
    const int NoEntry = 2;
    const int Exists = 17;
    const int NoSpace = 28;
    const int QuotaExceeded = 122;

    /// <summary>Gives a file a second name, and never replaces another file; false: the name is taken.</summary>
    public static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Exists => false,
            NoEntry => throw new DirectoryNotFoundException("The staged file or its directory is gone."),
            _ => throw new IOException($"A staged file could not be linked (errno {error}).", error),
        };
    }

    /// <summary>Makes the directory's entries outlive a crash of the machine.</summary>
    public static void FlushDirectory(string path)
    {
        using var directory = Open(path, 0);
        if (directory.IsInvalid) throw new DirectoryNotFoundException("The staging directory is gone.");
        if (Flush(directory) != 0)
            throw new IOException($"A staging directory could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Whether the file system, or the user's share of it, is full.</summary>
    public static bool IsDiskFull(IOException error) => error.HResult is NoSpace or QuotaExceeded;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle file);
}
