using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class EventsVerb
{
    static readonly Option<string?> Type = new("--type") { Description = "Of this type, for example BackupCompleted.", HelpName = "TYPE" };
    static readonly Option<string?> Subject = new("--subject") { Description = "Of this subject.", HelpName = "SUBJECT" };
    static readonly Option<string?> Id = new("--id") { Description = "With this id, as its publisher gave it.", HelpName = "ID" };

    static readonly Option<string?> Since = new("--since")
    {
        Description = "Received at this time or later: 2026-01-31T16:47, or so long ago: 2h.",
        HelpName = "TIME",
    };

    static readonly Option<string?> Until = new("--until") { Description = "Received before this time.", HelpName = "TIME" };

    static readonly Option<bool> Unmatched = new("--unmatched")
    {
        Description = "Only those that no pipeline has a trigger for (keys of all projects).",
    };

    public static Command Create() => new Command("events", "Lists events that other services have published, those received last first, and the runs of them.")
    {
        Type, Subject, Id, Since, Until, Unmatched, CommandOptions.AllProjects,
    }.Paged().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var (parsed, now) = (session.Parsed, TimeProvider.System.GetUtcNow());
        // Of no project is what no pipeline has a trigger for.
        var isOfAll = parsed.Has(CommandOptions.AllProjects) || parsed.Has(Unmatched);
        var answer = await session.PageAsync(session.Calls.Pipelines.ListUpstreamEventsAsync, new ListUpstreamEventsRequest
        {
            Project = isOfAll ? "" : session.Settings.Project ?? "",
            Type = parsed.Text(Type) ?? "",
            Subject = parsed.Text(Subject) ?? "",
            EventId = parsed.Text(Id) ?? "",
            ReceivedSince = PointInTime.Parse(parsed.Text(Since), Since.Name, now),
            ReceivedUntil = PointInTime.Parse(parsed.Text(Until), Until.Name, now),
            Unmatched = parsed.Has(Unmatched),
        });
        return session.Show(answer, "No events.", () => EventViews.List(answer.Events));
    }
}
