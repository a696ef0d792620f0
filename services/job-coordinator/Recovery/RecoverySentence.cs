using System.Globalization;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Starts;
using Kind = Headgate.V1.RecoveryStepKind;
using State = Headgate.V1.RecoveryStepState;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>What is known in short, and what is to be done next.</summary>
static class RecoverySentence
{
    public static string Of(RecoveryFacts facts, IReadOnlyList<V1.RecoveryStep> steps) =>
        $"The job is {facts.State} and has made {ChangesOf(facts.All)}. {Compared(facts)}{Schedule(facts.Pipeline)} {Next(facts, steps)}";

    /// <summary>How often records were changed, and how; in several attempts one may have been more than once.</summary>
    public static string ChangesOf(RecordCounts counts)
    {
        (long Count, string What)[] parts =
        [
            (counts.Inserted, "inserted"), (counts.Updated, "updated"), (counts.Deleted, "deleted"),
            (counts.Vanished, "deleted or marked as vanished"),
        ];
        var told = parts.Where(part => part.Count > 0).Select(part => $"{Number(part.Count)} {part.What}").ToList();
        var sum = RecoveryFacts.ChangesIn(counts);
        return sum == 0 ? "no changes" : $"{Number(sum)} {(sum == 1 ? "change" : "changes")} ({string.Join(", ", told)})";
    }

    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static string Compared(RecoveryFacts facts)
    {
        if (!facts.HasLog) return "";
        if (!facts.Holds(facts.Diff)) return "How many rows differ from the source now is not known. ";
        var (at, summary) = (facts.Diff!.At, facts.Diff.Summary!);
        var differing = Number(summary.Compared - summary.Equal);
        return $"On {NextRun.Shown(at)} {differing} of {Number(summary.Compared)} rows were not as at the source. ";
    }

    static string Schedule(RecoveryPipeline pipeline) => pipeline switch
    {
        { IsDeleted: true } => "The pipeline was deleted.",
        { HasSchedule: false } => "The pipeline has no schedule.",
        { SchedulePaused: true } => "The schedule is paused.",
        _ => $"The schedule is not paused: {pipeline.Next.Sentence}.",
    };

    static string Next(RecoveryFacts facts, IReadOnlyList<V1.RecoveryStep> steps)
    {
        if (facts.StopUnconfirmed) return "Its stop was never confirmed: make sure first that nothing of it writes any more.";
        if (!facts.AtRest) return "Stop it first: it may still write.";
        var next = steps.Where(step => step.State == State.Next).ToList();
        var words = string.Join(", then ", next.Select(step => Words(step.Kind)));
        if (next.Count > 0) return next[0].Optional ? $"Next, if it is wanted: {words}." : $"Next: {words}.";
        return steps.Any(step => step.State == State.Running) ? "Wait for what is running." : "Nothing is left to be done.";
    }

    static string Words(Kind kind) => kind switch
    {
        Kind.Export => "export the list",
        Kind.Diff => "compare with the source",
        Kind.Decide => "decide between rolling back and replaying",
        Kind.PauseSchedule => "pause the schedule",
        Kind.Rollback => "roll back",
        Kind.Fix => "mend the file and add the guard",
        Kind.DryRun => "look at a dry run of the mended file",
        Kind.Replay => "replay",
        _ => "resume the schedule",
    };
}
