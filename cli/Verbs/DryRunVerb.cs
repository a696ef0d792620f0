using System.CommandLine;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Views;
using Headgate.Cli.Watching;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class DryRunVerb
{
    static readonly Argument<string?> Pipeline = CommandArguments.NoOption(new Argument<string?>("PIPELINE")
    {
        Description = "A pipeline as it is in force; or say --file.",
        Arity = ArgumentArity.ZeroOrOne,
    });

    static readonly Option<int> SampleSize = NumberOption.Create(
        "--sample-size", "-n", "Records to read of each object, up to 10,000; 100 unless told.", 10_000);

    static readonly Option<string?> Where = new("--where")
    {
        Description = "Read only records for which this condition of the source holds as well, written like a file's filter.",
        HelpName = "CONDITION",
    };

    static readonly Option<bool> All = new("--all") { Description = "Read all records in place of a sample." };

    public static Command Create() => new Command(
        "dry-run", "Shows on a sample what a run would write, and writes nothing; with --wait, what was found, and some of the records.")
    {
        Pipeline, PipelineFiles.One, SampleSize, Where, All, SyncVerb.Wait,
    }.Commanding().Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var (named, file) = (session.Parsed.GetValue(Pipeline), session.Parsed.Text(PipelineFiles.One));
        if (named is null == file is null) throw new CliException("Name a pipeline, or give a file by --file: one of the two.", ExitCode.Usage);
        var request = new DryRunRequest
        {
            SampleSize = session.Parsed.GetValue(SampleSize),
            Filter = session.Parsed.Text(Where) ?? "",
            All = session.Parsed.Has(All),
        };
        if (file is null) request.Pipeline = await session.PipelineAsync(named!);
        else request.File = await PipelineFiles.ReadAsync(file, session.Stop);

        var answer = await session.Calls.AskAsync(session.Calls.Pipelines.DryRunAsync, session.Command(request), session.Stop);
        if (!session.Screen.IsJson) session.Screen.Warnings(answer.Warnings);
        session.Screen.Acknowledge(answer);
        return session.Parsed.Has(SyncVerb.Wait) ? await RunWait.ForAsync(session, answer.Job.Id) : ExitCode.Done;
    }
}
