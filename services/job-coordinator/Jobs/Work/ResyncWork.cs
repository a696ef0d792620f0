using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What a resync means for its pipeline's state, in the saga's own transaction.</summary>
static class ResyncWork
{
    /// <summary>
    /// Enabled once it is complete, and where it was called off before launch, when the destination was not touched; else Failed. A pipeline
    /// that has another state was switched by somebody, or failed with the job before.
    /// </summary>
    public static Task EndAsync(CoordinatorDbContext db, SyncJob job)
    {
        var isWell = job.CurrentState == nameof(SyncJobStateMachine.Completed) || job.RequestId is null;
        return SetAsync(db, job, isWell ? "Enabled" : "Failed", ["Resyncing"]);
    }

    /// <summary>
    /// A resync that goes on after a failure or begins anew, by whomever: the pipeline takes no other run meanwhile. One that was paused stays
    /// so.
    /// </summary>
    public static Task GoOnAsync(CoordinatorDbContext db, SyncJob job) =>
        job.Kind == JobKind.Resync ? SetAsync(db, job, "Resyncing", ["Enabled", "Failed"]) : Task.CompletedTask;

    /// <summary>A failure of a resync is its pipeline's, the first one already.</summary>
    public static Task FailAsync(CoordinatorDbContext db, SyncJob job) =>
        job.Kind == JobKind.Resync ? SetAsync(db, job, "Failed", ["Resyncing"]) : Task.CompletedTask;

    static Task SetAsync(CoordinatorDbContext db, SyncJob job, string state, string[] from) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.pipeline set state = {state}, updated_at = now()
         where pipeline_id = {job.PipelineId} and current_job_id = {job.CorrelationId} and state = any({from})
         """);
}
