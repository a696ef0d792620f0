using System.CommandLine;
using Headgate.Cli.Views;
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
            if (answer.Steps.Count > 0) screen.Table(RecoveryViews.Steps(answer.Steps));
            var commands = RecoveryViews.Commands(answer.Steps, answer.Job, session.Suggestions).ToList();
            if (commands.Count > 0) screen.Say($"To type:\n{string.Join('\n', commands)}");
            foreach (var step in answer.Steps.Where(step => step.SuggestedGuards.Length > 0)) screen.Say($"Guards to add:\n{step.SuggestedGuards}");
            screen.Say(answer.Sentence);
        });
        return ExitCode.Done;
    }
}
