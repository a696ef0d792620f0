using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class InDoubtVerb
{
    static readonly Option<string?> State = new("--state")
    {
        Description = $"Only in this state: {string.Join(", ", EnumName.Known<DoubtState>())}.",
        HelpName = "STATE",
    };

    public static Command Create() => new Command("in-doubt", "Lists the records that a force cancel left in doubt.")
    {
        CommandArguments.Job, CommandOptions.Object, State,
    }.Paged().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var state = session.Parsed.Text(State) is { } typed ? EnumName.Parse<DoubtState>(typed, "state") : DoubtState.Unspecified;
        var answer = await (await session.TheJobAsync()).FindAsync(job => session.PageAsync(
            session.Calls.Records.ListInDoubtAsync, new ListInDoubtRequest { Job = job, Object = session.ChosenObject(), State = state }));
        return session.Show(answer, "No record is in doubt.", () => RecordViews.InDoubt(answer.Records));
    }
}
