using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Views;

/// <summary>The steps of recovery, and what to type for each.</summary>
static class RecoveryViews
{
    public static Grid Steps(IEnumerable<RecoveryStep> steps) => new(
        ["", "Step", "State", "Done", "What there is to it"],
        [
            .. steps.Select((step, at) => new Cell[]
            {
                $"{at + 1}", EnumName.Of(step.Kind), $"{EnumName.Of(step.State)}{(step.Optional && IsToCome(step) ? ", optional" : "")}",
                step.Done is null ? "" : $"{Shown.Time(step.Done)} {step.DoneBy}", step.Sentence,
            }),
        ]);

    /// <summary>Lines of their own, to be copied whole: the number of the step and its command.</summary>
    public static IEnumerable<string> Commands(IReadOnlyList<RecoveryStep> steps, Job job, Suggestions suggestions) =>
        steps.Select((step, at) => CommandOf(step, job, suggestions) is { } command ? $"  {at + 1}  {command}" : null).OfType<string>();

    static string? CommandOf(RecoveryStep step, Job job, Suggestions suggestions) => step switch
    {
        { State: RecoveryStepState.Running } => suggestions.Of("watch", step.JobId),
        _ when !IsToCome(step) => null,
        { Kind: RecoveryStepKind.Export } => suggestions.Of("changes", job.Id, "--output", "json"),
        { Kind: RecoveryStepKind.Diff } => suggestions.Of("diff", job.Id),
        _ => suggestions.For(step.Operation, job.Id, $"{job.Project}/{job.Pipeline}"),
    };

    static bool IsToCome(RecoveryStep step) => step.State is RecoveryStepState.Next or RecoveryStepState.Open;
}
