using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Starts;
using static Headgate.JobCoordinator.Recovery.RecoverySentence;
using Kind = Headgate.V1.RecoveryStepKind;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>What leads to a decision: the list of what was changed, how it stands to the source, and what speaks for what.</summary>
static class KnowingSteps
{
    public static V1.RecoveryStep Export(RecoveryFacts facts)
    {
        if (Without(facts, Kind.Export) is { } nothing) return nothing;
        if (facts.Holds(facts.Export))
            return StepOf.Done(Kind.Export, "The list of all changes was read to its end.", facts.Export!.At, facts.Export.Actor);
        if (facts.IsDecided) return StepOf.NotNeeded(Kind.Export, "It was decided without the list, which can still be exported.");
        return StepOf.Open(Kind.Export, $"Export the list of what the job has changed: {ChangesOf(facts.All)}.{Partial(facts)}");
    }

    public static V1.RecoveryStep Diff(RecoveryFacts facts)
    {
        if (Without(facts, Kind.Diff) is { } nothing) return nothing;
        if (facts.Holds(facts.Diff)) return StepOf.Done(Kind.Diff, Compared(facts, facts.Diff!.Summary!), facts.Diff.At, facts.Diff.Actor);
        if (facts.IsDecided) return StepOf.NotNeeded(Kind.Diff, "It was decided without comparing, which can still be done.");
        return StepOf.Open(
            Kind.Diff, $"Compare what the job has changed with the source as it is now: how many differ is not known yet.{Partial(facts)}");
    }

    public static V1.RecoveryStep Decide(RecoveryFacts facts)
    {
        if (facts.IsDecided)
        {
            var first = facts.Repairs[0];
            return StepOf.Done(Kind.Decide, $"It was decided to {Decision(facts)}.", first.Created, first.Actor);
        }

        if (Without(facts, Kind.Decide) is { } nothing) return nothing;
        if (facts.Pipeline.IsDeleted) return StepOf.NotNeeded(Kind.Decide, "The pipeline was deleted: no job of it can be started.");
        return StepOf.Open(Kind.Decide, $"Decide. {ForRollback(facts)} {ForReplay(facts)}");
    }

    /// <summary>What was not changed needs no step, and of what is logged no longer there is none. Null: neither is so.</summary>
    public static V1.RecoveryStep? Without(RecoveryFacts facts, Kind kind)
    {
        if (RecoveryFacts.ChangesIn(facts.All) == 0) return StepOf.NotNeeded(kind, "The job has changed nothing at the destination.");
        if (facts.LogRemoved is not { } removed) return null;
        return StepOf.NotNeeded(kind, $"The job's change log was removed on {NextRun.Shown(removed)}, as the pipeline's retention says.");
    }

    static string Compared(RecoveryFacts facts, V1.DiffSummary summary) =>
        $"Of {Number(summary.Compared)} rows {Number(summary.Different)} differ from the source"
        + (summary.MissingAtSource == 0 ? "" : $", {Number(summary.MissingAtSource)} are not there")
        + (summary.MissingAtDestination == 0 ? "" : $", {Number(summary.MissingAtDestination)} are gone from the destination") + $"{Through(facts)}.";

    // Through the mapping that was wrong nothing differs.
    static string Through(RecoveryFacts facts) => facts.Diff!.Version switch
    {
        null => "",
        0 => "; they were compared through a file that was given for it",
        { } version when version == facts.Version => $"; they were compared through version {version} of the file, by which the job itself went",
        { } version => $"; they were compared through version {version} of the file",
    };

    static string Partial(RecoveryFacts facts) => facts.AtRest ? "" : " The job may still write: what is read now is not the whole.";

    static string Decision(RecoveryFacts facts) => (Has(facts, JobKind.Rollback), Has(facts, JobKind.Replay)) switch
    {
        (true, true) => "roll back and to replay",
        (true, false) => "roll back",
        _ => "replay",
    };

    static bool Has(RecoveryFacts facts, JobKind kind) => facts.Repairs.Any(repair => repair.Kind == kind);

    static string ForRollback(RecoveryFacts facts)
    {
        var inserted = facts.All.Inserted > 0 ? $", and deletes the {Number(facts.All.Inserted)} rows that the job has inserted" : "";
        return $"A rollback puts back what was there before, whatever the source has{inserted}; "
            + "rows that somebody has changed since stay as they are, and rows are older than the source afterwards.";
    }

    static string ForReplay(RecoveryFacts facts)
    {
        var missing = facts.Holds(facts.Diff) ? facts.Diff!.Summary!.MissingAtSource : 0;
        return "A replay needs a source and a mapping that are right, and brings what the source has now; "
            + $"it leaves {(missing > 0 ? $"the {Number(missing)} " : "")}records that the source has no more.";
    }
}
