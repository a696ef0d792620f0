using System.CommandLine;
using Google.Protobuf;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class DiffVerb
{
    static readonly Option<bool> IncludeEqual = new("--include-equal") { Description = "Show records that are equal as well." };

    public static Command Create() => new Command("diff", "Compares the records that a job touched with the source as it is now.")
    {
        CommandArguments.Job, PipelineFiles.One, CommandOptions.Object, RecordSelection.Fields, RecordSelection.Keys, IncludeEqual,
    }.Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var request = new DiffJobRequest
        {
            File = session.Parsed.Text(PipelineFiles.One) is { } path ? await PipelineFiles.ReadAsync(path, session.Stop) : null,
            Object = session.ChosenObject(),
            Fields = { session.ChosenFields() },
            Keys = { session.ChosenKeys() },
            IncludeEqual = session.Parsed.Has(IncludeEqual),
            Job = new JobReference { Id = await session.IdOfAsync(await session.TheJobAsync()) },
        };
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Records.DiffJob(new DiffJobRequest(request) { ResumeToken = token }, options),
            (DiffJobResponse response) => response.ResumeToken);
        await foreach (var response in stream.ReadAsync(session.Stop))
        {
            if (response.Records.Count == 0 && response.Summary is null) continue;
            if (session.Screen.IsJson)
            {
                session.Terminal.Line(JsonFormatter.Default.Format(response));
                continue;
            }

            foreach (var record in response.Records) session.Terminal.Line(RecordViews.Line(record));
            if (response.Summary is { } summary) session.Screen.Say(RecordViews.Summary(summary));
        }

        return ExitCode.Done;
    }
}
