using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Calls;
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

    public static Command Create() => new Command(
        "changes", "Lists the records that a job wrote, or some that a dry run would write, with each field before and after; --export to keep them.")
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
        await foreach (var response in ChangedRecords.ReadAsync(session, request))
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
        await foreach (var change in ChangedRecords.ReadAsync(session, request).SelectMany(response => response.Changes))
        {
            foreach (var line in ChangeLine.Of(change)) await file.Text.WriteAsync(format.Line(line));
            changes++;
            cut += ChangeLine.CutOf(change);
        }

        await file.KeepAsync();
        session.Screen.Remark($"{Shown.Number(changes)} changed records are in {path}.");
        if (cut == 0) return ExitCode.Done;
        session.Screen.Remark(
            $"{Shown.Number(cut)} values are longer than a call gives, and without their ends; what was written is whole in the log at the destination.");
        return ExitCode.Done;
    }

    static Option<string?> OperationOption()
    {
        var option = new Option<string?>("--operation") { Description = $"Only what was done so: {string.Join(", ", EnumName.Known<ChangeOperation>())}.", HelpName = "NAME" };
        option.CompletionSources.Add([.. EnumName.Known<ChangeOperation>()]);
        return option;
    }
}
