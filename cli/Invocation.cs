using System.CommandLine;
using Headgate.Cli.Configuration;
using Headgate.Cli.Output;

namespace Headgate.Cli;

/// <summary>What a command line is run in.</summary>
sealed class Invocation : InvocationConfiguration
{
    public Invocation()
    {
        EnableDefaultExceptionHandler = false;
        // Signals are the session's: what Ctrl-C means depends on what is going on.
        ProcessTerminationTimeout = null;
    }

    public required Terminal Terminal
    {
        get;
        init
        {
            field = value;
            (Output, Error) = (value.Out, value.Error);
        }
    }

    public required Func<string, string?> Variables { get; init; }

    /// <summary>The word that command lines to type begin with.</summary>
    public string Command => Variables(Names.Command) is { Length: > 0 } typed ? typed : "headgate";
}
