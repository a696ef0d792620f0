using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ResyncVerb
{
    static readonly Option<bool> DropAndLoad = new("--drop-and-load")
    {
        Description = "Drop the destination tables of all included objects and create them anew.",
    };

    public static Command Create() => new Command("resync", "Loads everything anew; an active job is canceled, rows are written only where they differ.")
    {
        CommandArguments.Pipeline, DropAndLoad, SyncVerb.ConfirmFullLoad, SyncVerb.Wait, CommandOptions.ValidateOnly, CommandOptions.Yes,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        var request = new ResyncPipelineRequest
        {
            Pipeline = await session.ThePipelineAsync(),
            DropAndLoad = parsed.Has(DropAndLoad),
            ConfirmFullLoad = parsed.Has(SyncVerb.ConfirmFullLoad),
        };
        if (parsed.Has(CommandOptions.ValidateOnly)) return session.Screen.Acknowledge(await ValidateAsync(session, request));
        var name = parsed.GetValue(CommandArguments.Pipeline);
        if (request.DropAndLoad && !session.CanAsk && !parsed.Has(CommandOptions.Yes)) throw session.NeedsYes($"The destination tables of {name} would be dropped.");
        var question = request.DropAndLoad ? $"Drop the destination tables of {name} and load everything anew?" : $"Load everything of {name} anew?";
        var isMeant = await session.ConfirmAsync(question, async () =>
        {
            var would = await ValidateAsync(session, request);
            return (would.Estimate, would.Sentence);
        }, _ => request.ConfirmFullLoad = true);
        if (!isMeant) return ExitCode.Refused;

        var answer = await session.Calls.AskAsync(session.Calls.Pipelines.ResyncPipelineAsync, session.Command(request), session.Stop);
        session.Screen.Acknowledge(answer);
        return parsed.Has(SyncVerb.Wait) ? await RunWait.ForAsync(session, answer.Job, answer.Outcome) : ExitCode.Done;
    }

    static Task<ResyncPipelineResponse> ValidateAsync(Session session, ResyncPipelineRequest request) => session.Calls.AskAsync(
        session.Calls.Pipelines.ResyncPipelineAsync, new ResyncPipelineRequest(request) { ValidateOnly = true }, session.Stop);
}
