using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ReplayVerb
{
    public static Command Create() => new Command("replay", "Moves the records that a job touched again, through the version of the pipeline file in force.")
    {
        CommandArguments.Job, CommandOptions.Object, RecordSelection.Keys, SyncVerb.Wait, CommandOptions.ValidateOnly, CommandOptions.Yes,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var request = new ReplayJobRequest { Object = session.ChosenObject(), Keys = { session.ChosenKeys() } };
        var name = await session.TheJobAsync();
        if (session.Parsed.Has(CommandOptions.ValidateOnly))
            return session.Screen.Acknowledge(await name.FindAsync(job => ValidateAsync(session, request, job)));
        if (!session.CanAsk && !session.Parsed.Has(CommandOptions.Yes)) throw session.NeedsYes("The records that the job has touched would be written again.");
        var isMeant = await session.ConfirmAsync("Move the records again?", async () =>
        {
            var would = await name.FindAsync(job => ValidateAsync(session, request, job));
            return (would.Estimate, would.Sentence);
        });
        if (!isMeant) return ExitCode.Refused;

        var answer = await name.FindAsync(job => session.Calls.AskAsync(
            session.Calls.Records.ReplayJobAsync, session.Command(new ReplayJobRequest(request) { Job = job }), session.Stop));
        session.Screen.Acknowledge(answer);
        return session.Parsed.Has(SyncVerb.Wait) ? await RunWait.ForAsync(session, answer.Job.Id) : ExitCode.Done;
    }

    static Task<ReplayJobResponse> ValidateAsync(Session session, ReplayJobRequest request, JobReference job) => session.Calls.AskAsync(
        session.Calls.Records.ReplayJobAsync, new ReplayJobRequest(request) { Job = job, ValidateOnly = true }, session.Stop);
}
