using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Exporting;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
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

    static readonly Option<string?> Operation = OperationOption();
    static readonly Option<bool> Present = new("--present")
    {
        Description = "With records of a first load, what they hold now where that still is what was inserted.",
    };

    static readonly Option<string?> Export = new("--export")
    {
        Description = "Write them to this file, a line for each changed field, as its name ends: .csv or .jsonl.",
        HelpName = "FILE",
    };

    static readonly Option<bool> Overwrite = new("--overwrite") { Description = "With --export: take the place of a file that is there." };

    public static Command Create() => new Command("changes", "Lists the records that a job wrote, with each field before and after; --export to keep them.")
    {
        CommandArguments.Job, CommandOptions.Object, Key, Field, Operation, Attempt, Limit, Present, Export, Overwrite,
    }.Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var parsed = session.Parsed;
        var export = parsed.Text(Export) is { } path ? (Path: path, Format: ExportFormat.Of(path)) : ((string Path, ExportFormat Format)?)null;
        var request = new ListChangesRequest
        {
            Object = session.ChosenObject(),
            Key = parsed.Text(Key) is { } key ? RecordKeys.Parse(key) : null,
            Field = parsed.Text(Field) ?? "",
            Operation = parsed.Text(Operation) is { } operation ? EnumName.Parse<ChangeOperation>(operation, "operation") : ChangeOperation.Unspecified,
            Present = parsed.Has(Present),
            Attempt = parsed.GetValue(Attempt),
            Limit = parsed.GetValue(Limit),
            Job = new JobReference { Id = await session.IdOfAsync(await session.TheJobAsync()) },
        };
        return export is (var file, var format) ? await ExportAsync(session, request, file, format) : await ShowAsync(session, request);
    }

    public static async Task<int> ShowAsync(Session session, ListChangesRequest request)
    {
        long shown = 0;
        await foreach (var response in ReadAsync(session, request))
        {
            if (session.Screen.IsJson) session.Terminal.Line(JsonFormatter.Default.Format(response));
            else foreach (var change in response.Changes) session.Terminal.Line(RecordViews.Line(change));
            shown += response.Changes.Count;
        }

        if (shown == 0) session.Screen.Remark("No changes.");
        return ExitCode.Done;
    }

    static async Task<int> ExportAsync(Session session, ListChangesRequest request, string path, ExportFormat format)
    {
        await using var file = ExportFile.Create(path, session.Parsed.Has(Overwrite));
        await file.Text.WriteAsync(format.Head);
        var (changes, cut) = (0L, 0L);
        await foreach (var change in ReadAsync(session, request).SelectMany(response => response.Changes))
        {
            foreach (var line in ChangeLine.Of(change)) await file.Text.WriteAsync(format.Line(line));
            changes++;
            cut += ChangeLine.CutOf(change);
        }

        await file.KeepAsync();
        session.Screen.Remark($"{Shown.Number(changes)} changed records are in {path}.");
        if (cut > 0) session.Screen.Remark($"{Shown.Number(cut)} values are longer than a call gives, and without their ends; the log at the destination has them whole.");
        return ExitCode.Done;
    }

    static async IAsyncEnumerable<ListChangesResponse> ReadAsync(Session session, ListChangesRequest request)
    {
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Records.ListChanges(new ListChangesRequest(request) { ResumeToken = token }, options),
            (ListChangesResponse response) => response.ResumeToken);
        long given = 0;
        await foreach (var response in stream.ReadAsync(session.Stop))
        {
            // A stream that was opened again counts anew.
            while (request.Limit > 0 && given + response.Changes.Count > request.Limit) response.Changes.RemoveAt(response.Changes.Count - 1);
            given += response.Changes.Count;
            if (response.Changes.Count > 0) yield return response;
            if (request.Limit > 0 && given >= request.Limit) yield break;
        }
    }

    static Option<string?> OperationOption()
    {
        var option = new Option<string?>("--operation") { Description = $"Only what was done so: {string.Join(", ", EnumName.Known<ChangeOperation>())}.", HelpName = "NAME" };
        option.CompletionSources.Add([.. EnumName.Known<ChangeOperation>()]);
        return option;
    }
}
