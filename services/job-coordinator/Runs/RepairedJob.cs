using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A job that is to be repaired.</summary>
sealed record RepairedJob(string state, int pipeline_version, bool is_recorded)
{
    /// <summary>Whether nothing of it is written any more, so that what it has written is all there is.</summary>
    public bool IsThrough => state is nameof(SyncJobStateMachine.Collecting) or nameof(SyncJobStateMachine.Completed)
        or nameof(SyncJobStateMachine.Canceled) or nameof(SyncJobStateMachine.Discarded);

    /// <summary>Null: the pipeline has no such job.</summary>
    public static Task<RepairedJob?> FindAsync(CoordinatorDbContext db, Guid job, Guid pipeline) => db.Database.SqlQuery<RepairedJob>(
        $"""
         select state, pipeline_version, launched_at is not null and log_purged_at is null as is_recorded
         from coordinator.sync_job where job_id = {job} and pipeline_id = {pipeline}
         """).SingleOrDefaultAsync();
}
