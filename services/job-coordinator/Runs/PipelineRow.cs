using System.Text.Json;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Runs;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>A pipeline's row, locked.</summary>
sealed record PipelineRow(
    Guid pipeline_id, string state, int version, Guid? current_job_id, string? successor, bool is_deleted, bool schedule_paused, DateTimeOffset schedule_since)
{
    public static Task<PipelineRow?> LockAsync(CoordinatorDbContext db, string project, string name) => db.Database.SqlQuery<PipelineRow>(
        $"""
         select pipeline_id, state, version, current_job_id, successor::text as successor, false as is_deleted, schedule_paused, schedule_since
         from coordinator.pipeline
         where project = {project} and name = {name} and deleted_at is null for update
         """).AsAsyncEnumerable().FirstOrDefaultAsync().AsTask();

    /// <summary>Also of one that was deleted.</summary>
    public static Task<PipelineRow> LockAsync(CoordinatorDbContext db, Guid id) => db.Database.SqlQuery<PipelineRow>(
        $"""
         select pipeline_id, state, version, current_job_id, successor::text as successor, deleted_at is not null as is_deleted, schedule_paused,
                schedule_since
         from coordinator.pipeline where pipeline_id = {id} for update
         """).AsAsyncEnumerable().SingleAsync().AsTask();

    /// <summary>The run that waits for the current job to end; null: none.</summary>
    public StartJob? Waiting() => successor is null ? null : JsonSerializer.Deserialize<StartJob>(successor, PipelineJson.Options);
}
