using System.Diagnostics.CodeAnalysis;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Jobs;
using static Headgate.JobCoordinator.Recovery.RecoverySentence;
using Kind = Headgate.V1.RecoveryStepKind;

namespace Headgate.JobCoordinator.Recovery;

/// <summary>The jobs that repair.</summary>
static class RepairSteps
{
    public static V1.RecoveryStep Rollback(RecoveryFacts facts)
    {
        var jobs = Of(facts, JobKind.Rollback);
        if (jobs.FindLast(job => job.IsOpen) is { } running) return Running(Kind.Rollback, running, "puts back what the job has changed");
        if (jobs.FindLast(job => job.IsDone) is { } done) return StepOf.Done(Kind.Rollback, PutBack(done), done);
        if (Without(facts, Kind.Rollback) is { } nothing) return nothing;
        if (jobs.Count == 0 && facts.IsDecided) return StepOf.NotNeeded(Kind.Rollback, "It was decided to replay.");
        return StepOf.Open(
            Kind.Rollback,
            "Put back what the job has replaced, and delete what it has inserted, whole, by field or by key; "
            + $"rows that somebody has changed since are left, and listed.{Before(jobs)}{Hindrance(facts)}");
    }

    public static V1.RecoveryStep Replay(RecoveryFacts facts)
    {
        var jobs = Of(facts, JobKind.Replay);
        if (jobs.FindLast(job => job.IsOpen) is { } running) return Running(Kind.Replay, running, "moves the records again");
        if (IsReplayed(facts, out var done)) return StepOf.Done(Kind.Replay, Moved(done), done);
        if (Without(facts, Kind.Replay) is { } nothing) return nothing;
        var isPutBack = Of(facts, JobKind.Rollback).Exists(job => job.IsDone);
        return StepOf.Open(
            Kind.Replay,
            "Move the records that the job has changed again, as the source has them now and by the file in force."
            + (isPutBack ? " They are as they were before the job, and runs by offset do not bring them again." : "")
            + (facts.IsMended ? "" : " The file is as the job had it: mend it first.")
            + (jobs.FindLast(job => job.IsDone) is { } old ? $" Job {old.Id} went by the mapping that the job had." : Before(jobs))
            + Hindrance(facts));
    }

    /// <summary>Whether the records were moved again, and by another mapping than the job's where there is one.</summary>
    public static bool IsReplayed(RecoveryFacts facts, [NotNullWhen(true)] out RecoveryJob? by)
    {
        by = Of(facts, JobKind.Replay).FindLast(job => job.IsDone && !(job.MapsAsBefore && facts.Pipeline.MapsOtherwise));
        return by is not null;
    }

    static List<RecoveryJob> Of(RecoveryFacts facts, JobKind kind) => [.. facts.Repairs.Where(job => job.Kind == kind)];

    static V1.RecoveryStep? Without(RecoveryFacts facts, Kind kind) => facts.Pipeline.IsDeleted
        ? StepOf.NotNeeded(kind, "The pipeline was deleted: no job of it can be started.")
        : KnowingSteps.Without(facts, kind);

    static V1.RecoveryStep Running(Kind kind, RecoveryJob job, string what)
    {
        var stands = job.State is nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed);
        var then = stands ? ", to be resumed, restarted or discarded" : "";
        return StepOf.Running(kind, $"Job {job.Id} {what}{Scope(job.Scope)}: it is {job.State}{then}.", job);
    }

    static string PutBack(RecoveryJob job)
    {
        var left = job.Counts.Rejected == 0 ? ""
            : $"; {Number(job.Counts.Rejected)} were left as they are, since they are not what the job wrote any more";
        return $"Job {job.Id} has put back {Number(RecoveryFacts.ChangesIn(job.Counts))} rows{Scope(job.Scope)}{left}.";
    }

    static string Moved(RecoveryJob job) => $"Job {job.Id} has moved the records again{Scope(job.Scope)}: {ChangesOf(job.Counts)}"
        + (job.Missing == 0 ? "." : $"; {Number(job.Missing)} are not at the source any more, and were left as they are.");

    static string Scope(RepairOf? scope) => scope switch
    {
        null => "",
        { Fields.Count: > 0 } => $" ({string.Join(", ", scope.Fields)}{(scope.HasKeys ? ", of chosen records" : "")} only)",
        { HasKeys: true } => " (of chosen records only)",
        { Object: { } one } => $" (of {one} only)",
        _ => "",
    };

    // Those that came to nothing, or were undone.
    static string Before(List<RecoveryJob> jobs) => jobs is not [.., var last] ? ""
        : last.IsUndone ? $" Job {last.Id} has done so, and was rolled back itself." : $" Job {last.Id} was {last.State} before its end.";

    // What a call would be refused for.
    static string Hindrance(RecoveryFacts facts)
    {
        var job = facts.IsThrough ? "" : $" The job is {facts.State}: {(facts.AtRest ? "cancel" : "stop")} it first.";
        var state = facts.Pipeline.State;
        return job + (state == "Enabled" ? "" : $" The pipeline is {state} and takes no runs: enable it first.");
    }
}
