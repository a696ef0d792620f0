using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class RecoverVerb
{
    public static Command Create() => new Command("recover", "Shows the steps that mend what a job has done, how far each has come, and what to type.")
    {
        CommandArguments.Job,
    }.Runs(RunAsync);

    static async Task<int> RunAsync(Session session)
    {
        var answer = await (await session.TheJobAsync()).FindAsync(job => session.Calls.AskAsync(
            session.Calls.Jobs.GetRecoveryAsync, new GetRecoveryRequest { Job = job }, session.Stop));
        session.Screen.Answer(answer, screen =>
        {
            screen.Table(new Grid(
                ["", "Step", "State", "What to do", "Type"],
                [
                    .. answer.Steps.Select((step, at) => new Cell[]
                    {
                        $"{at + 1}", EnumName.Of(step.Kind), $"{EnumName.Of(step.State)}{(step.Optional ? ", optional" : "")}", step.Sentence,
                        step.State is RecoveryStepState.Next or RecoveryStepState.Open ? CommandLineOf(session, step, answer.Job) ?? "" : "",
                    }),
                ]));
            foreach (var step in answer.Steps.Where(step => step.SuggestedGuards.Length > 0)) screen.Say($"Guards to add:\n{step.SuggestedGuards}");
            screen.Say(answer.Sentence);
        });
        return ExitCode.Done;
    }

    static string? CommandLineOf(Session session, RecoveryStep step, Job job) => step.Kind switch
    {
        RecoveryStepKind.Export => session.Suggestions.Of("changes", job.Id, "--output", "json"),
        RecoveryStepKind.Diff => session.Suggestions.Of("diff", job.Id),
        _ => session.Suggestions.For(step.Operation, job.Id, $"{job.Project}/{job.Pipeline}"),
    };
}
