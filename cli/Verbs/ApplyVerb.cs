using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class ApplyVerb
{
    static readonly Option<string[]> Files = new("--file", "-f")
    {
        Description = "A pipeline file, or a folder of them; may be given again. - reads stdin.",
        HelpName = "FILE",
        Required = true,
    };

    static readonly Option<int> ExpectedVersion = NumberOption.Create(
        "--expected-version", "", "Apply only if this version is in force of the file's one pipeline; 0: only if there is no such pipeline yet.", int.MaxValue);

    public static Command Create() => new Command("apply", "Takes over pipeline files: all pipelines of all of them, or none.")
    {
        Files, ExpectedVersion, CommandOptions.ValidateOnly,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        string[] paths = [.. session.Parsed.GetValue(Files)!.SelectMany(PipelineFiles.Paths).Distinct(StringComparer.Ordinal)];
        var isExpected = session.Parsed.GetResult(ExpectedVersion) is { Implicit: false };
        var request = new ApplyPipelineRequest { ValidateOnly = session.Parsed.Has(CommandOptions.ValidateOnly) };
        foreach (var path in paths)
        {
            var file = new ApplyPipelineRequest.Types.File { File_ = await PipelineFiles.ReadAsync(path, session.Stop) };
            if (isExpected) file.ExpectedVersion = session.Parsed.GetValue(ExpectedVersion);
            request.Files.Add(file);
        }

        var answer = await session.Calls.AskAsync(session.Calls.Pipelines.ApplyPipelineAsync, session.Command(request), session.Stop);
        session.Screen.Answer(answer, screen =>
        {
            screen.Warnings(answer.Warnings);
            screen.Table(new Grid(
                ["Project", "Pipeline", "Version", "Outcome", "Sentence"],
                [
                    .. answer.Results.Select(each => new Cell[]
                    {
                        each.Pipeline?.Project ?? "", each.Pipeline?.Name ?? "", each.Pipeline is null ? "" : $"{each.Pipeline.Version}",
                        EnumName.Of(each.Outcome), each.Sentence,
                    }),
                ]).WithoutEmptyColumns());
        });
        return ExitCode.Done;
    }
}
