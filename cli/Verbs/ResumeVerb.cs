using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ResumeVerb
{
    static readonly Option<bool> PassGuards = new("--pass-guards")
    {
        Description = "Let it pass the guards that have tripped, for this attempt.",
    };

    public static Command Create() => new JobCommand
    {
        Name = "resume",
        Description = "Goes on with a paused or failed job where it was.",
        One = async (session, job) => await session.Calls.AskAsync(
            session.Calls.Jobs.ResumeJobAsync,
            session.Command(new ResumeJobRequest { Job = job, PassGuards = session.Parsed.Has(PassGuards) }),
            session.Stop),
        Many = (session, request) => request.Resume = new() { PassGuards = session.Parsed.Has(PassGuards) },
    }.Create(PassGuards);
}
