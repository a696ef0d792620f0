using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class RollbackVerb
{
    public static Command Create() => new Command(
        "rollback",
        "Puts back what a job wrote, whole or by field or key; rows that somebody has changed since are left, and rejected.")
    {
        CommandArguments.Job, CommandOptions.Object, RecordSelection.Fields, RecordSelection.Keys, SyncVerb.Wait,
        CommandOptions.ValidateOnly, CommandOptions.Yes,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var request = new RollbackJobRequest { Object = session.ChosenObject(), Fields = { session.ChosenFields() }, Keys = { session.ChosenKeys() } };
        var name = await session.TheJobAsync();
        if (session.Parsed.Has(CommandOptions.ValidateOnly))
            return session.Screen.Acknowledge(await name.FindAsync(job => ValidateAsync(session, request, job)));
        if (!session.CanAsk && !session.Parsed.Has(CommandOptions.Yes)) throw session.NeedsYes("Rows that the job has changed would be put back, and those that it has inserted deleted.");
        var isMeant = await session.ConfirmAsync("Put back what the job wrote?", async () =>
        {
            var would = await name.FindAsync(job => ValidateAsync(session, request, job));
            return (would.Estimate, would.Sentence);
        });
        if (!isMeant) return ExitCode.Refused;

        var answer = await name.FindAsync(job => session.Calls.AskAsync(
            session.Calls.Records.RollbackJobAsync, session.Command(new RollbackJobRequest(request) { Job = job }), session.Stop));
        session.Screen.Acknowledge(answer);
        return session.Parsed.Has(SyncVerb.Wait) ? await RunWait.ForAsync(session, answer.Job.Id) : ExitCode.Done;
    }

    static Task<RollbackJobResponse> ValidateAsync(Session session, RollbackJobRequest request, JobReference job) => session.Calls.AskAsync(
        session.Calls.Records.RollbackJobAsync, new RollbackJobRequest(request) { Job = job, ValidateOnly = true }, session.Stop);
}
