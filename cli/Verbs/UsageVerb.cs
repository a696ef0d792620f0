using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class UsageVerb
{
    static readonly Option<string?> Pipeline = new("--pipeline")
    {
        Description = "Of this pipeline: NAME or PROJECT/NAME.",
        HelpName = "PIPELINE",
    };

    static readonly Option<string?> Since = new("--since")
    {
        Description = "Of jobs that finished at this time or later; from the beginning of the month unless told.",
        HelpName = "TIME",
    };

    static readonly Option<string?> Until = new("--until") { Description = "Of jobs that finished before this time.", HelpName = "TIME" };

    public static Command Create() => new Command("usage", "Counts what was moved, by pipeline and by how the jobs ended.")
    {
        Pipeline, Since, Until, CommandOptions.AllProjects,
    }.Paged().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var (parsed, now) = (session.Parsed, TimeProvider.System.GetUtcNow());
        var pipeline = parsed.Text(Pipeline) is { } typed ? await session.PipelineAsync(typed) : null;
        if (pipeline is { Id.Length: > 0 }) throw new CliException("--pipeline takes a name: NAME or PROJECT/NAME.", ExitCode.Usage);
        var request = new GetUsageRequest
        {
            Project = pipeline?.Project ?? (parsed.Has(CommandOptions.AllProjects) ? "" : session.Settings.Project ?? ""),
            Pipeline = pipeline?.Name ?? "",
            Since = PointInTime.Parse(parsed.Text(Since), Since.Name, now),
            Until = PointInTime.Parse(parsed.Text(Until), Until.Name, now),
        };
        var answer = await session.PageAsync(session.Calls.Records.GetUsageAsync, request);
        return session.Show(answer, "", () => RecordViews.Usage(answer));
    }
}
