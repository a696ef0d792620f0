using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class AbandonVerb
{
    public static Command Create() => new JobCommand
    {
        Name = "abandon",
        Description = "Gives up on a stop that cannot be confirmed, as the destination cannot be reached (ADMIN).",
        Warning = _ => "An abandoned stop stays unconfirmed, no run writes to that destination until its fence could be moved, and it cannot be undone.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.AbandonJobAsync, session.Command(new AbandonJobRequest { Job = job }), session.Stop),
        Many = (_, request) => request.Abandon = new(),
    }.Create();
}
