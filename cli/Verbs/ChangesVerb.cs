using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Errors;
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
    static readonly Option<int> Attempt = new("--attempt") { Description = "Only of this attempt, from 1.", HelpName = "N" };
    static readonly Option<long> Limit = new("--limit") { Description = "End after so many changes.", HelpName = "N" };

    public static Command Create() => new Command("changes", "Lists the records that a job wrote, with each field before and after; --output json to export them.")
    {
        CommandArguments.Job, CommandOptions.Object, Key, Field, Attempt, Limit,
    }.Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        var limit = parsed.GetValue(Limit);
        if (limit < 0) throw new CliException("--limit is 0 or more.", ExitCode.Usage);
        return await ShowAsync(session, new ListChangesRequest
        {
            Object = session.ChosenObject(),
            Key = parsed.Text(Key) is { } key ? RecordKeys.Parse(key) : null,
            Field = parsed.Text(Field) ?? "",
            Attempt = parsed.NotNegative(Attempt),
            Limit = limit,
            Job = new JobReference { Id = await session.IdOfAsync(session.TheJob()) },
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
