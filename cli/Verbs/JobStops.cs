using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>`jobs --stops`: how long stops took, in place of a list of jobs.</summary>
static class JobStops
{
    const int MostStops = 1_000;

    static readonly Option<bool> Stops = new("--stops")
    {
        Description = "How long stops took, by mode, in place of jobs: those asked for from --since to --until, of --pipeline or a project.",
    };

    static readonly Option<string?> Mode = ModeOption();

    static readonly Option<int> Last = NumberOption.Create("--last", "", "With --stops: so many of them too, the latest first.", MostStops);

    static readonly Option[] Own = [Mode, Last];

    static readonly string[] OfJobs = ["--state", "--kind", "--request-id", "--deleted", "--page-size", "--page-token", "--all"];

    public static Command WithStops(this Command command)
    {
        command.Options.Add(Stops);
        foreach (var option in Own) command.Options.Add(option);
        return command;
    }

    /// <summary>Whether it is asked for; what belongs to jobs alone, or to stops alone, is refused beside the other.</summary>
    public static bool IsAsked(ParseResult parsed)
    {
        var isAsked = parsed.Has(Stops);
        var misplaced = parsed.CommandResult.Command.Options
            .Where(option => isAsked ? OfJobs.Contains(option.Name) : Own.Contains(option))
            .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        return misplaced is null ? isAsked
            : throw new CliException($"{misplaced.Name} {(isAsked ? "chooses jobs, and --stops is not about jobs" : "needs --stops")}.", ExitCode.Usage);
    }

    public static async Task<int> RunAsync(Session session)
    {
        var filter = await session.FilterAsync();
        var request = new GetStopsRequest
        {
            Project = filter.Project,
            Pipeline = filter.Pipeline,
            Mode = session.Parsed.Text(Mode) is { } mode ? EnumName.Parse<CancelMode>(mode, "mode") : CancelMode.Unspecified,
            Since = filter.CreatedSince,
            Until = filter.CreatedUntil,
            Last = session.Parsed.GetValue(Last),
        };
        var answer = await session.Calls.AskAsync(session.Calls.Jobs.GetStopsAsync, request, session.Stop);
        session.Screen.Answer(answer, screen =>
        {
            screen.Table(StopViews.Times(answer.Times));
            if (answer.Stops.Count > 0) screen.Table(StopViews.List(answer.Stops, filter.Project.Length == 0).WithoutEmptyColumns());
        });
        return ExitCode.Done;
    }

    static Option<string?> ModeOption()
    {
        var option = new Option<string?>("--mode") { Description = $"With --stops: of this mode: {string.Join(", ", EnumName.Known<CancelMode>())}.", HelpName = "MODE" };
        option.CompletionSources.Add([.. EnumName.Known<CancelMode>()]);
        return option;
    }
}
