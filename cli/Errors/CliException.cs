namespace Headgate.Cli.Errors;

/// <summary>What the command line itself refuses, in a sentence.</summary>
sealed class CliException(string sentence, int exitCode = ExitCode.Refused, Exception? inner = null) : Exception(sentence, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>Command lines that would go on from here, as they are typed.</summary>
    public IReadOnlyList<string> Next { get; init; } = [];
}
