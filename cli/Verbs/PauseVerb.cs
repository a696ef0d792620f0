using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class PauseVerb
{
    public static Command Create() => new JobCommand
    {
        Name = "pause",
        Description = "Stops a job so that it can go on.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.PauseJobAsync, session.Command(new PauseJobRequest { Job = job }), session.Stop),
        Many = (_, request) => request.Pause = new(),
    }.Create();
}
