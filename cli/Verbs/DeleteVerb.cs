using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class DeleteVerb
{
    public static Command Create() => new JobCommand
    {
        Name = "delete",
        Description = "Hides a job that has ended from lists; its trail stays.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.DeleteJobAsync, session.Command(new DeleteJobRequest { Job = job }), session.Stop),
        Many = (_, request) => request.Delete = new(),
    }.Create();
}
