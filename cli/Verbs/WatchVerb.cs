using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;

namespace Headgate.Cli.Verbs;

static class WatchVerb
{
    public static Command Create() => new Command("watch", "Shows a job, or the list of jobs that options choose, as it changes.") { CommandArguments.Jobs }
        .Filtered().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var names = session.Parsed.GetValue(CommandArguments.Jobs) ?? [];
        if (names.Length > 1 || (names.Length == 1 && session.Parsed.IsFilter()))
            throw new CliException("Name one job, or choose jobs by options.", ExitCode.Usage);
        if (names.Length == 0)
        {
            await new JobListWatch(session).RunAsync();
            return ExitCode.Done;
        }

        var watch = new JobWatch(session, await session.IdOfAsync(await session.JobAsync(names[0])));
        await watch.RunAsync(_ => false);
        if (watch.Job is { } job && !session.Screen.IsJson) session.Screen.Details(job);
        return ExitCode.Done;
    }
}
