using System.Text;
using System.Text.Unicode;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles;

/// <summary>Where a secret is found: "env:NAME" or "file:PATH". Each service resolves it in its own environment.</summary>
public static class ConnectionReference
{
    /// <summary>The largest file that holds a secret, in bytes.</summary>
    public const int MaxFileBytes = 64 * 1024;

    const string Env = "env:";

    const string FilePrefix = "file:";

    const string OwnPrefix = "HEADGATE_";

    // A host reads variables that begin so as if they did not.
    static readonly string[] HostPrefixes = ["ASPNETCORE_", "DOTNET_"];

    /// <summary>True if the text has the form of a reference; whether there is something behind it is not looked at.</summary>
    public static bool IsReference(string text)
    {
        if (text.StartsWith(Env, StringComparison.Ordinal))
            return IsVariable(text.AsSpan(Env.Length));
        return text.StartsWith(FilePrefix, StringComparison.Ordinal)
            && !string.IsNullOrWhiteSpace(text[FilePrefix.Length..])
            && !text.Any(char.IsControl)
            && !HasAssignment(text);
    }

    /// <summary>
    /// True if a reference leads to a setting of Headgate itself, whatever its case: a file that could name it would have Headgate connect
    /// with its own credentials for whoever applies it.
    /// </summary>
    public static bool IsOwn(string reference)
    {
        if (!reference.StartsWith(Env, StringComparison.Ordinal))
            return false;
        var name = reference[Env.Length..];
        var host = Array.Find(HostPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ?? "";
        return name[host.Length..].StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The path of a file: reference; null: it is another one.</summary>
    public static string? PathOf(string reference) =>
        reference.StartsWith(FilePrefix, StringComparison.Ordinal) ? reference[FilePrefix.Length..] : null;

    /// <summary>The secret behind a reference, without the white space around it.</summary>
    /// <exception cref="ConnectionReferenceException">It cannot be had; the message names the reference and never a value.</exception>
    public static string Resolve(string reference)
    {
        if (!IsReference(reference))
            throw new ConnectionReferenceException("A connection is not a reference: expected env:NAME or file:PATH.");
        var secret = reference.StartsWith(Env, StringComparison.Ordinal)
            ? Environment.GetEnvironmentVariable(reference[Env.Length..])
                ?? throw new ConnectionReferenceException($"{reference}: the environment variable is not set.")
            : ReadFile(reference, reference[FilePrefix.Length..]);
        return string.IsNullOrWhiteSpace(secret) ? throw new ConnectionReferenceException($"{reference}: it is empty.") : secret.Trim();
    }

    static string ReadFile(string reference, string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            // A device or a pipe would be waited for without end.
            if (!file.CanSeek) throw new ConnectionReferenceException($"{reference}: it is no file with a secret in it.");
            var bytes = new byte[MaxFileBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var mark = bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            if (length > MaxFileBytes)
                throw new ConnectionReferenceException($"{reference}: the file is larger than {MaxFileBytes} bytes.");
            return Utf8.IsValid(bytes.AsSpan(mark, length - mark))
                ? Encoding.UTF8.GetString(bytes, mark, length - mark)
                : throw new ConnectionReferenceException($"{reference}: the file is not UTF-8.");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConnectionReferenceException($"{reference}: the file does not exist.", missing);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConnectionReferenceException($"{reference}: the file cannot be read.", unreadable);
        }
    }

    static bool IsVariable(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || char.IsAsciiDigit(name[0]))
            return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    // "file:Host=db;Password=..." is a connection string that somebody put a prefix before.
    static bool HasAssignment(string text) => text.Contains('=') && Shown.LooksSecret(text);
}
