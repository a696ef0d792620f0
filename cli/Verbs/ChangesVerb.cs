using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ChangesVerb
{
    static readonly Option<string?> Key = new("--key", "-k")
    {
        Description = "Only of the record with this key; needs --object.",
        HelpName = "FIELD=VALUE[,...]",
    };

    static readonly Option<string?> Field = new("--field") { Description = "Only changes of this destination field.", HelpName = "FIELD" };
    static readonly Option<int> Attempt = NumberOption.Create("--attempt", "", "Only of this attempt, from 1.", int.MaxValue);
    static readonly Option<long> Limit = NumberOption.Create("--limit", "", "End after so many changes.", long.MaxValue);

    public static Command Create() => new Command("changes", "Lists the records that a job wrote, with each field before and after; --output json to export them.")
    {
        CommandArguments.Job, CommandOptions.Object, Key, Field, Attempt, Limit,
    }.Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        return await ShowAsync(session, new ListChangesRequest
        {
            Object = session.ChosenObject(),
            Key = parsed.Text(Key) is { } key ? RecordKeys.Parse(key) : null,
            Field = parsed.Text(Field) ?? "",
            Attempt = parsed.GetValue(Attempt),
            Limit = parsed.GetValue(Limit),
            Job = new JobReference { Id = await session.IdOfAsync(await session.TheJobAsync()) },
        });
    }

    public static async Task<int> ShowAsync(Session session, ListChangesRequest request)
    {
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Records.ListChanges(new ListChangesRequest(request) { ResumeToken = token }, options),
            (ListChangesResponse response) => response.ResumeToken);
        long shown = 0;
        await foreach (var response in stream.ReadAsync(session.Stop))
        {
            if (response.Changes.Count == 0) continue;
            if (session.Screen.IsJson) session.Terminal.Line(JsonFormatter.Default.Format(response));
            else foreach (var change in response.Changes) session.Terminal.Line(RecordViews.Line(change));
            shown += response.Changes.Count;
            // A stream that was opened again counts anew.
            if (request.Limit > 0 && shown >= request.Limit) break;
        }

        if (shown == 0) session.Screen.Remark("No changes.");
        return ExitCode.Done;
    }
}
