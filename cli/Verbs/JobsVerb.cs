using System.CommandLine;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class JobsVerb
{
    public static Command Create()
    {
        var command = List(new Command("jobs", "Lists jobs, those created last first."));
        command.Add(List(new Command("list", "Lists jobs, those created last first.")));
        command.Add(new Command("show", "Shows a job with all its objects, and the commands that were given to it.") { CommandArguments.Job }.Runs(ShowAsync));
        return command;
    }

    static Command List(Command command) => command.Filtered().Paged().WithStops().Runs(session => JobStops.IsAsked(session.Parsed) ? JobStops.RunAsync(session) : ListAsync(session));

    static async Task<int> ListAsync(Session session)
    {
        var filter = await session.FilterAsync();
        var answer = await session.PageAsync(session.Calls.Jobs.ListJobsAsync, new ListJobsRequest { Filter = filter, View = JobView.Basic });
        return session.Show(answer, "No jobs.", () => JobViews.List(answer.Jobs, filter.Project.Length == 0));
    }

    static async Task<int> ShowAsync(Session session)
    {
        var answer = await session.FindAsync(await session.TheJobAsync());
        session.Screen.Answer(answer, screen =>
        {
            screen.Details(answer.Job);
            if (answer.Commands.Count > 0) screen.Table(JobViews.Commands(answer.Commands).WithoutEmptyColumns());
        });
        return ExitCode.Done;
    }
}
