using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Asking;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>A command on one job that is named, or on many that are named or chosen.</summary>
sealed record JobCommand
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public required Func<Session, JobReference, Task<IMessage>> One { get; init; }

    /// <summary>Puts the command into a request for many.</summary>
    public required Action<Session, OperateJobsRequest> Many { get; init; }

    /// <summary>What cannot be undone of it, in a sentence: it is asked, and takes --yes where nobody can be. Empty: nothing.</summary>
    public Func<Session, string> Warning { get; init; } = _ => "";

    /// <summary>In place of <see cref="One"/>, where more is to be talked about.</summary>
    public Func<Session, Task<int>>? RunOne { get; init; }

    public Command Create(params IEnumerable<Option> options)
    {
        var command = new Command(Name, Description) { CommandArguments.Jobs, CommandOptions.Yes, CommandOptions.ValidateOnly };
        foreach (var option in options) command.Options.Add(option);
        return command.Filtered().Commanding().Runs(RunAsync);
    }

    async Task<int> RunAsync(Session session)
    {
        var names = session.Parsed.GetValue(CommandArguments.Jobs) ?? [];
        var isFilter = session.Parsed.IsFilter();
        if (names.Length > 0 && isFilter) throw new CliException("Name the jobs, or choose them by options: not both.", ExitCode.Usage);
        if (names.Length == 0 && !isFilter)
        {
            throw new CliException(
                $"Which job? Name one ({session.Suggestions.Of(Name, "PIPELINE")}), or choose some by --pipeline, --state, --kind, --since and the like.", ExitCode.Usage);
        }

        if (names.Length != 1 || session.Parsed.Has(CommandOptions.ValidateOnly)) return await new ManyJobs(session, this).RunAsync();
        if (RunOne is not null) return await RunOne(session);
        if (Warning(session) is { Length: > 0 } warning && !await session.MayAsync(warning)) return ExitCode.Refused;
        return session.Screen.Acknowledge(await (await session.JobAsync(names[0])).FindAsync(job => One(session, job)));
    }
}
