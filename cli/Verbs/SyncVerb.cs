using System.CommandLine;
using Headgate.Cli.Output;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class SyncVerb
{
    public static readonly Option<bool> Wait = new("--wait", "-w")
    {
        Description = "Show it until it ends; the exit code is 0 only if it is Completed.",
    };

    static readonly Option<bool> CancelActive = new("--cancel-active")
    {
        Description = "Cancel the job that is active, and start when it has ended.",
    };

    public static readonly Option<bool> ConfirmFullLoad = new("--confirm-full-load")
    {
        Description = "A full load is meant, as whoever is shown one on a terminal and starts it says: the guard of it lets it pass.",
    };

    static readonly Option<string?> TriggerDetail = new("--trigger-detail")
    {
        Description = "For programs: what started it, for example an orchestrator's run id.",
        HelpName = "TEXT",
    };

    public static Command Create() => new Command("sync", "Starts a run now.")
    {
        CommandArguments.Pipeline, Wait, CancelActive, ConfirmFullLoad, TriggerDetail, CommandOptions.ValidateOnly, CommandOptions.Yes,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        var request = new SyncNowRequest
        {
            Pipeline = await session.ThePipelineAsync(),
            OnActiveJob = parsed.Has(CancelActive) ? OnActiveJob.CancelAndStart : OnActiveJob.Refuse,
            ConfirmFullLoad = parsed.Has(ConfirmFullLoad),
            TriggerDetail = parsed.Text(TriggerDetail) ?? "",
        };
        if (parsed.Has(CommandOptions.ValidateOnly)) return session.Screen.Acknowledge(await ValidateAsync(session, request));
        var isMeant = await session.ConfirmAsync(would => Question(session, request, would), async () =>
        {
            var would = await ValidateAsync(session, request);
            // What a job is in the way of is asked for as another thing, and it is told what that would do.
            if (would.Estimate?.ActiveJobId.Length > 0 && request.OnActiveJob == OnActiveJob.Refuse)
                would = await ValidateAsync(session, new SyncNowRequest(request) { OnActiveJob = OnActiveJob.CancelAndStart });
            return (would.Estimate, would.Sentence);
        }, shown => request.ConfirmFullLoad |= shown.Objects.Any(each => each.FullRead));
        if (!isMeant) return ExitCode.Refused;

        var answer = await session.Calls.AskAsync(session.Calls.Pipelines.SyncNowAsync, session.Command(request), session.Stop);
        session.Screen.Acknowledge(answer);
        return parsed.Has(Wait) ? await RunWait.ForAsync(session, answer.Job, answer.Outcome) : ExitCode.Done;
    }

    // Whoever is told that a job is in the way may have it canceled with the same answer: that job, and none that has followed it.
    static string Question(Session session, SyncNowRequest request, RunEstimate? would)
    {
        var name = session.Parsed.GetValue(CommandArguments.Pipeline);
        if (would is not { ActiveJobId: { Length: > 0 } active }) return $"Start a run of {name}?";
        (request.OnActiveJob, request.ActiveJobId) = (OnActiveJob.CancelAndStart, active);
        return $"Cancel job {SafeText.Line(active)}, and start a run of {name} when it has ended?";
    }

    static Task<SyncNowResponse> ValidateAsync(Session session, SyncNowRequest request) => session.Calls.AskAsync(
        session.Calls.Pipelines.SyncNowAsync, new SyncNowRequest(request) { ValidateOnly = true }, session.Stop);
}
