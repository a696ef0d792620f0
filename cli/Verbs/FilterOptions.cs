using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>Options that choose jobs.</summary>
static class FilterOptions
{
    static readonly Option<string?> Pipeline = new("--pipeline")
    {
        Description = "Of this pipeline: NAME or PROJECT/NAME.",
        HelpName = "PIPELINE",
    };

    static readonly Option<string[]> States = Several<JobState>("--state", "In this state, or one of these.");
    static readonly Option<string[]> Kinds = Several<JobKind>("--kind", "Of this kind, or one of these.");
    static readonly Option<string?> RequestId = new("--request-id") { Description = "With this Request ID.", HelpName = "UUID" };
    static readonly Option<string?> Since = new("--since")
    {
        Description = "Created at this time or later: 2026-01-31T16:47, or so long ago: 2h.",
        HelpName = "TIME",
    };

    static readonly Option<string?> Until = new("--until") { Description = "Created before this time.", HelpName = "TIME" };
    static readonly Option<bool> Deleted = new("--deleted") { Description = "Deleted ones too." };

    static readonly Option[] All = [Pipeline, States, Kinds, RequestId, Since, Until, Deleted, CommandOptions.AllProjects];

    public static Command Filtered(this Command command)
    {
        foreach (var option in All) command.Options.Add(option);
        return command;
    }

    /// <summary>Whether anything was said about which jobs. A project alone is none: it is the one of names too.</summary>
    public static bool IsFilter(this ParseResult parsed) => All.Any(option => parsed.GetResult(option) is { Implicit: false });

    public static async Task<JobFilter> FilterAsync(this Session session)
    {
        var (parsed, now) = (session.Parsed, TimeProvider.System.GetUtcNow());
        var filter = new JobFilter
        {
            Project = parsed.Has(CommandOptions.AllProjects) ? "" : session.Settings.Project ?? "",
            States = { EnumName.ParseAll<JobState>(parsed.GetValue(States), "state") },
            Kinds = { EnumName.ParseAll<JobKind>(parsed.GetValue(Kinds), "kind") },
            RequestId = parsed.Text(RequestId) ?? "",
            CreatedSince = PointInTime.Parse(parsed.Text(Since), Since.Name, now),
            CreatedUntil = PointInTime.Parse(parsed.Text(Until), Until.Name, now),
            IncludeDeleted = parsed.Has(Deleted),
        };
        if (parsed.Text(Pipeline) is not { } typed) return filter;
        var pipeline = await session.PipelineAsync(typed);
        if (pipeline.Id.Length > 0) throw new CliException("--pipeline takes a name: NAME or PROJECT/NAME.", ExitCode.Usage);
        (filter.Project, filter.Pipeline) = (pipeline.Project, pipeline.Name);
        return filter;
    }

    public static Option<string[]> Several<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<string[]>(name) { Description = $"{description} {string.Join(", ", EnumName.Known<T>())}.", HelpName = "NAME[,NAME]" };
        option.CompletionSources.Add([.. EnumName.Known<T>()]);
        return option;
    }
}
