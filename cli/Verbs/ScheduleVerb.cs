using System.CommandLine;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ScheduleVerb
{
    public static Command Create() => new("schedule", "Switches a pipeline's schedule, and nothing else.")
    {
        new Command("pause", "Lets no run come due by the schedule; a job that is active goes on.") { CommandArguments.Pipeline }.Commanding().Runs(async session =>
            session.Screen.Acknowledge(await session.Calls.AskAsync(
                session.Calls.Pipelines.PauseScheduleAsync, session.Command(new PauseScheduleRequest { Pipeline = await session.ThePipelineAsync() }), session.Stop))),
        new Command("resume", "Lets runs come due by the schedule again.") { CommandArguments.Pipeline }.Commanding().Runs(async session =>
            session.Screen.Acknowledge(await session.Calls.AskAsync(
                session.Calls.Pipelines.ResumeScheduleAsync, session.Command(new ResumeScheduleRequest { Pipeline = await session.ThePipelineAsync() }), session.Stop))),
    };
}
