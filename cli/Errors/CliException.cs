namespace Headgate.Cli.Errors;

/// <summary>What the command line itself refuses, in a sentence.</summary>
sealed class CliException(string sentence, int exitCode = ExitCode.Refused, Exception? inner = null) : Exception(sentence, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What it is to a program.</summary>
    public string Code { get; init; } = exitCode == Cli.ExitCode.Usage ? "USAGE" : "REFUSED";

    /// <summary>Command lines that would go on from here, as they are typed.</summary>
    public IReadOnlyList<string> Next { get; init; } = [];
}
