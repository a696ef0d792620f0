using Headgate.Contracts.Runs;
using Kind = Headgate.V1.RecoveryStepKind;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>The pipeline file, so that it does not happen again.</summary>
static class MendingSteps
{
    public static V1.RecoveryStep Fix(RecoveryFacts facts)
    {
        var pipeline = facts.Pipeline;
        if (Without(facts, Kind.Fix) is { } nothing) return nothing;
        if (!facts.IsMended)
        {
            var fix = StepOf.Open(
                Kind.Fix,
                "Mend the mapping or the filter, and add the guard that would have caught it: "
                + $"version {pipeline.Version} is in force, and {(pipeline.GuardsOtherwise ? "has other guards, none of them stricter" : "is as the job had it")}.");
            fix.SuggestedGuards = SuggestedGuards.Of(facts.Trips);
            return fix;
        }

        var guards = string.Join(", ", pipeline.StricterGuards);
        var changed = (pipeline.MapsOtherwise, guards.Length > 0, pipeline.GuardsOtherwise) switch
        {
            (true, true, _) => $"maps otherwise than the job's, and has stricter guards ({guards})",
            (true, _, true) => "maps otherwise than the job's, and has other guards, none of them stricter",
            (true, _, _) => "maps otherwise than the job's, with the same guards",
            _ => $"has stricter guards than the job's ({guards}), and maps as that does: what a wrong mapping has written it would write again",
        };
        return StepOf.Done(Kind.Fix, $"Version {pipeline.Version} {changed}.", pipeline.Applied, pipeline.AppliedBy);
    }

    public static V1.RecoveryStep DryRun(RecoveryFacts facts)
    {
        if (Without(facts, Kind.DryRun) is { } nothing) return nothing;
        if (!facts.IsMended) return StepOf.Open(Kind.DryRun, "See on a sample what the mended file would write.");
        var (run, version) = (facts.DryRun, facts.Pipeline.Version);
        if (run is { IsOpen: true })
            return StepOf.Running(Kind.DryRun, $"Job {run.Id} shows what version {version} would write: it is {run.State}.", run);
        if (run is { IsDone: true }) return StepOf.Done(Kind.DryRun, $"Job {run.Id} has shown what version {version} would write.", run);
        if (RepairSteps.IsReplayed(facts, out _)) return StepOf.NotNeeded(Kind.DryRun, "The records were moved again without it.");
        var before = run is null ? "" : $" Job {run.Id} was {run.State} before its end.";
        return StepOf.Open(Kind.DryRun, $"See on a sample what version {version} would write.{before}");
    }

    static V1.RecoveryStep? Without(RecoveryFacts facts, Kind kind) =>
        facts.Kind == JobKind.Rollback ? StepOf.NotNeeded(kind, "A rollback goes by no mapping.")
        : facts.Pipeline.IsDeleted ? StepOf.NotNeeded(kind, "The pipeline was deleted.")
        : null;
}
