using System.CommandLine;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ResumeVerb
{
    static readonly Option<bool> PassGuards = new("--pass-guards")
    {
        Description = "Let it pass the guards that have tripped, for this attempt; takes a --reason.",
    };

    public static Command Create() => new JobCommand
    {
        Name = "resume",
        Description = "Goes on with a paused or failed job where it was.",
        One = async (session, job) => await session.Calls.AskAsync(session.Calls.Jobs.ResumeJobAsync, await RequestAsync(session, job), session.Stop),
        Many = (session, request) => request.Resume = new() { PassGuards = session.Parsed.Has(PassGuards) },
    }.Create(PassGuards);

    // Whoever lets a job pass a guard says why, with the command: afterwards is too late.
    static async Task<ResumeJobRequest> RequestAsync(Session session, JobReference job)
    {
        var request = session.Command(new ResumeJobRequest { Job = job, PassGuards = session.Parsed.Has(PassGuards) });
        if (request is { PassGuards: true, Reason.Length: 0 } && session.CanAsk)
        {
            session.Terminal.Write("Why may it pass? ");
            request.Reason = (await session.Terminal.ReadLineAsync(session.Stop))?.Trim() ?? "";
        }

        return request;
    }
}
