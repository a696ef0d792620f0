using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What a job reads from and writes to its pipeline, in the saga's own transaction.</summary>
static class PipelineWork
{
    /// <summary>The version that the job is pinned to.</summary>
    public static async Task<PipelineDefinition> DefinitionAsync(CoordinatorDbContext db, SyncJob job)
    {
        var json = await db.Database.SqlQuery<string>(
            $"""
             select definition::text as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {job.PipelineVersion}
             """).SingleAsync();
        return JsonSerializer.Deserialize<PipelineDefinition>(json, PipelineJson.Options)!;
    }

    public static async Task<LoadDefinition> LoadOptionsAsync(CoordinatorDbContext db, SyncJob job)
    {
        var json = await db.Database.SqlQuery<string>(
            $"""
             select (definition -> 'load')::text as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {job.PipelineVersion}
             """).SingleAsync();
        return JsonSerializer.Deserialize<LoadDefinition>(json, PipelineJson.Options)!;
    }

    /// <summary>Offsets move when every batch is committed and the fence has moved on, and never before.</summary>
    public static Task CommitOffsetsAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no)
         select {job.PipelineId}, object_key, {job.CorrelationId}, {job.Attempt}, object_no
         from coordinator.job_object where job_id = {job.CorrelationId}
         on conflict (pipeline_id, object_key) do update
         set job_id = excluded.job_id, attempt = excluded.attempt, object_no = excluded.object_no, committed_at = now()
         """);

    public static Task CountSuccessAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"update coordinator.pipeline set failures = 0 where pipeline_id = {job.PipelineId} and failures > 0");

    /// <summary>After so many failures in a row the pipeline itself is Failed and takes no new runs.</summary>
    public static Task CountFailureAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.pipeline p
         set failures = failures + 1, updated_at = now(),
             state = case when failures + 1 >= (v.definition ->> 'maxFailures')::int and state = 'Enabled' then 'Failed' else state end
         from coordinator.pipeline_version v
         where p.pipeline_id = {job.PipelineId} and v.pipeline_id = p.pipeline_id and v.version = p.version
         """);

    /// <summary>Gives the pipeline back to a job whose successor does not start after all.</summary>
    public static Task KeepAsync(CoordinatorDbContext db, SyncJob job, AcceptJob successor) => db.Database.ExecuteSqlAsync(
        $"""
         with kept as (
             update coordinator.pipeline set current_job_id = {job.CorrelationId}, updated_at = now()
             where pipeline_id = {job.PipelineId} and current_job_id = {successor.JobId} returning pipeline_id)
         insert into coordinator.skipped_run (run_id, pipeline_id, job_id, trigger, trigger_detail, actor, reason)
         select {successor.JobId}, pipeline_id, {job.CorrelationId}, {successor.Trigger.ToString()}, {successor.TriggerDetail}, {successor.Actor},
                'the failed job was resumed'
         from kept on conflict do nothing
         """);
}
