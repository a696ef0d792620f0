using System.CommandLine;
using System.CommandLine.Invocation;
using Headgate.Cli.Configuration;
using Headgate.Cli.Errors;
using Headgate.Cli.Output;
using Headgate.Cli.Verbs;

namespace Headgate.Cli;

/// <summary>The whole command line.</summary>
static class CommandLine
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Starts, watches, stops and repairs what Headgate moves.")
        {
            ApplyVerb.Create(), PipelinesVerb.Create(), SyncVerb.Create(), ResyncVerb.Create(), DryRunVerb.Create(),
            JobsVerb.Create(), WatchVerb.Create(), PauseVerb.Create(), ResumeVerb.Create(), CancelVerb.Create(), RestartVerb.Create(),
            DiscardVerb.Create(), AbandonVerb.Create(), DeleteVerb.Create(), RateVerb.Create(),
            ChangesVerb.Create(), RejectedVerb.Create(), InDoubtVerb.Create(), DiffVerb.Create(), RollbackVerb.Create(), ReplayVerb.Create(),
            RecoverVerb.Create(), ScheduleVerb.Create(), EventsVerb.Create(), UsageVerb.Create(), KeysVerb.Create(), CompletionVerb.Create(),
        };
        GlobalOptions.AddTo(root);
        return root;
    }

    public static Task<int> RunAsync(string[] args) => RunAsync(args, new Invocation
    {
        Terminal = Terminal.OfProcess(Environment.GetEnvironmentVariable),
        Variables = Environment.GetEnvironmentVariable,
    });

    public static async Task<int> RunAsync(string[] args, Invocation invocation)
    {
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var report = new ErrorReport(invocation.Terminal, GlobalOptions.OutputOf(parsed, invocation.Variables));
        try
        {
            if (parsed.Action is not ParseErrorAction) return await parsed.InvokeAsync(invocation);
        }
        catch (IOException error)
        {
            // Of words that have no session: --help, completion.
            return report.Show(error);
        }

        // Of a word that is not known the parser also says that a command is missing.
        string[] errors = [.. parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal)];
        if (parsed.UnmatchedTokens.Count > 0) errors = [$"There is no word or option {string.Join(' ', parsed.UnmatchedTokens.Select(ShellWord.Quoted))} here."];
        return report.Show(new CliException(string.Join('\n', errors), ExitCode.Usage)
        {
            Next = [$"{ShellWord.Quoted(invocation.Command)} {string.Join(' ', Names(parsed.CommandResult).Reverse().Append("--help"))}"],
        });
    }

    static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult? result)
    {
        for (; result?.Parent is System.CommandLine.Parsing.CommandResult parent; result = parent) yield return result.Command.Name;
    }
}
