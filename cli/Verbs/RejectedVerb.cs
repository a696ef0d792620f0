using System.CommandLine;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class RejectedVerb
{
    static readonly Option<int> Attempt = NumberOption.Create("--attempt", "", "Only of this attempt, from 1.", int.MaxValue);

    public static Command Create() => new Command(
        "rejected", "Lists the records of a job that the destination refused, or that a rollback has left as they are.")
    {
        CommandArguments.Job, CommandOptions.Object, Attempt,
    }.Paged().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var attempt = session.Parsed.GetValue(Attempt);
        var answer = await (await session.TheJobAsync()).FindAsync(job => session.PageAsync(
            session.Calls.Records.ListRejectedAsync, new ListRejectedRequest { Job = job, Object = session.ChosenObject(), Attempt = attempt }));
        return session.Show(answer, "No record was rejected.", () => RecordViews.Rejected(answer.Records));
    }
}
