using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A pipeline's row, locked.</summary>
sealed record PipelineRow(Guid pipeline_id, string state, int version, Guid? current_job_id, bool schedule_paused, DateTimeOffset schedule_since)
{
    public static Task<PipelineRow?> LockAsync(CoordinatorDbContext db, string project, string name) => db.Database.SqlQuery<PipelineRow>(
        $"""
         select pipeline_id, state, version, current_job_id, schedule_paused, schedule_since from coordinator.pipeline
         where project = {project} and name = {name} and deleted_at is null for update
         """).AsAsyncEnumerable().FirstOrDefaultAsync().AsTask();
}
