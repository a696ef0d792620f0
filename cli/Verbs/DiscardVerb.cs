using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class DiscardVerb
{
    public static Command Create() => new JobCommand
    {
        Name = "discard",
        Description = "Ends a job for good and releases what it holds; what was written stays.",
        Warning = _ => "A discarded job cannot go on, and it cannot be undone.",
        One = async (session, job) => await session.AcceptingDoubtAsync((accepts, key) => session.Calls.AskAsync(
            session.Calls.Jobs.DiscardJobAsync,
            new DiscardJobRequest { Job = job, AcceptInDoubt = accepts, Reason = session.Reason, IdempotencyKey = key },
            session.Stop)),
        Many = (session, request) => request.Discard = new() { AcceptInDoubt = session.Parsed.Has(CancelVerb.AcceptInDoubt) },
    }.Create(CancelVerb.AcceptInDoubt);
}
