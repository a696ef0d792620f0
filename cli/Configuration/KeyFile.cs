using System.Text;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Configuration;

/// <summary>Reads the API key from a file that nobody else can read.</summary>
static class KeyFile
{
    const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    const int Longest = 4096;

    public static string Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            // Of the open file: a name could be put on another one meanwhile.
            var mode = File.GetUnixFileMode(file);
            if ((mode & Others) != UnixFileMode.None)
            {
                throw new CliException($"The key file {path} has mode 0{Convert.ToString((int)mode, 8)}: others may use the key. It is not read until its mode is 0600.")
                {
                    Next = [$"chmod 600 {ShellWord.Quoted(path)}"],
                };
            }

            var bytes = new byte[Longest];
            return Checked(Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Trim(), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The key file {path} {FileProblem.Of(error, path)}");
        }
    }

    /// <summary>A key is sent in a header, in which only these characters can be.</summary>
    public static string Checked(string key, string origin) => key.Length > 0 && key.All(c => c is > ' ' and < '\u007f')
        ? key
        : throw new CliException($"{origin} does not hold an API key: expected are printable characters on one line.");
}
