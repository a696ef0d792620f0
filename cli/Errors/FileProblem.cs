namespace Headgate.Cli.Errors;

/// <summary>Why a file could not be read, to be said behind its name.</summary>
static class FileProblem
{
    public static string Of(Exception error, string path) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "is not there.",
        UnauthorizedAccessException when Directory.Exists(path) => "is a folder.",
        UnauthorizedAccessException => "may not be read by this user.",
        // The system's words, behind which the path would be said again.
        _ => $"cannot be read: {error.Message.Replace($" : '{Path.GetFullPath(path)}'", "", StringComparison.Ordinal).TrimEnd('.')}.",
    };
}
