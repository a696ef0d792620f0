using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class CancelVerb
{
    public static readonly Option<bool> AcceptInDoubt = new("--accept-in-doubt")
    {
        Description = "Go ahead although records in flight may be left in doubt, where writes are not idempotent.",
    };

    static readonly Option<bool> Force = new("--force") { Description = "Stop now: batches in flight are rolled back." };
    static readonly Option<bool> PauseFirst = new("--pause-first")
    {
        Description = "Pause a launched job and cancel it once it is paused, without asking. So does --yes.",
    };

    static readonly Option<bool> PauseSchedule = new("--pause-schedule") { Description = "Pause the pipeline's schedule as well." };

    public static Command Create()
    {
        var command = new JobCommand
        {
            Name = "cancel",
            Description = "Cancels a job. On a terminal it is paused at once, then you are asked.",
            Warning = session => session.Parsed.Has(Force) ? "Batches in flight are rolled back, and the jobs canceled at once."
                : session.Parsed.Has(PauseFirst) ? "" : "A running job is paused first, then canceled.",
            One = async (session, job) => await session.AcceptingDoubtAsync((accepts, key) => SendAsync(session, job, session.Reason, accepts, key)),
            Many = (session, request) => request.Cancel = new()
            {
                // Said by an option or a person, without which nothing is sent.
                Mode = ModeOf(session.Parsed),
                PauseFirst = !session.Parsed.Has(Force),
                PauseSchedule = session.Parsed.Has(PauseSchedule),
                AcceptInDoubt = session.Parsed.Has(AcceptInDoubt),
            },
            RunOne = RunAsync,
        }.Create(Force, PauseFirst, PauseSchedule, AcceptInDoubt);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Force) && result.GetValue(PauseFirst)) result.AddError("--force does not wait: say it without --pause-first.");
            if (result.GetValue(AcceptInDoubt) && !result.GetValue(Force)) result.AddError("--accept-in-doubt is for --force: a graceful cancel leaves nothing in doubt.");
        });
        return command;
    }

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        var name = await session.JobAsync(parsed.GetValue(CommandArguments.Jobs)![0]);
        var isSettled = parsed.Has(Force) || parsed.Has(PauseFirst) || parsed.Has(CommandOptions.Yes);
        if (!isSettled)
        {
            return session.CanAsk
                ? await new CancelConversation(session).RunAsync(name, parsed.Has(PauseSchedule))
                : throw new CliException(
                    "Whether to cancel is asked once the job is paused, and nobody can be asked here; nothing was sent. "
                    + "--yes pauses it first and then cancels it, --force does not wait.")
                {
                    Next = [session.Suggestions.Again("--yes"), session.Suggestions.Again("--force")],
                };
        }

        JobReference? found = null;
        var (isAccepted, sentAs) = (false, "");
        var answer = await session.AcceptingDoubtAsync((accepts, key) =>
        {
            (isAccepted, sentAs) = (accepts, key);
            return name.FindAsync(job => SendAsync(session, found = job, session.Reason, accepts, key));
        });
        session.Screen.Acknowledge(answer);
        if (session.CanAsk && !parsed.Has(CommandOptions.Yes))
            await session.AddReasonAsync(reason => SendAsync(session, found!, reason, isAccepted, sentAs));
        return ExitCode.Done;
    }

    static Task<CancelJobResponse> SendAsync(Session session, JobReference job, string reason, bool acceptInDoubt, string key) => session.Calls.AskAsync(
        session.Calls.Jobs.CancelJobAsync,
        new CancelJobRequest
        {
            Job = job,
            Mode = ModeOf(session.Parsed),
            PauseFirst = !session.Parsed.Has(Force),
            PauseSchedule = session.Parsed.Has(PauseSchedule),
            AcceptInDoubt = acceptInDoubt,
            Reason = reason,
            IdempotencyKey = key,
        },
        session.Stop);

    static CancelMode ModeOf(ParseResult parsed) => parsed.Has(Force) ? CancelMode.Force : CancelMode.Graceful;
}
