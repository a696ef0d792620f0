using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class RestartVerb
{
    public static Command Create() => new JobCommand
    {
        Name = "restart",
        Description = "Begins a paused or failed job again from the beginning, as a new attempt.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.RestartJobAsync, session.Command(new RestartJobRequest { Job = job }), session.Stop),
        Many = (_, request) => request.Restart = new(),
    }.Create();
}
