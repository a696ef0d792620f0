using Kind = Headgate.V1.RecoveryStepKind;
using State = Headgate.V1.RecoveryStepState;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>The steps that mend what a job has done, in order. How far each has come follows from facts, and from nobody's word.</summary>
static class RecoverySteps
{
    public static IReadOnlyList<V1.RecoveryStep> Of(RecoveryFacts facts)
    {
        V1.RecoveryStep[] steps =
        [
            KnowingSteps.Export(facts), KnowingSteps.Diff(facts), KnowingSteps.Decide(facts),
            ScheduleSteps.Pause(facts),
            RepairSteps.Rollback(facts),
            MendingSteps.Fix(facts), MendingSteps.DryRun(facts),
            RepairSteps.Replay(facts),
            ScheduleSteps.Resume(facts),
        ];
        for (var at = 0; at < steps.Length; at++)
        {
            if (facts.NotYet.Contains(steps[at].Kind) && steps[at].State == State.Open)
                steps[at] = StepOf.NotNeeded(steps[at].Kind, "It cannot be done with this version yet.");
        }

        foreach (var next in Next(facts, steps)) next.State = State.Next;
        return steps;
    }

    // Deciding has no command of its own: it is done by what comes after, which is to be done now as well. While the job may still write,
    // only what keeps its successors from doing the same can be done.
    static List<V1.RecoveryStep> Next(RecoveryFacts facts, V1.RecoveryStep[] steps)
    {
        var open = steps.Where(step => step.State == State.Open && (facts.AtRest || step.Kind == Kind.PauseSchedule)).ToList();
        return open is [{ Kind: Kind.Decide }, ..] ? open[..Math.Min(2, open.Count)] : open[..Math.Min(1, open.Count)];
    }
}
