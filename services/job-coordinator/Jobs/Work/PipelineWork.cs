using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.JobCoordinator.Jobs.Work;

#pragma warning disable IDE1006 // Named as the columns, which is how rows of plain SQL are matched.

/// <summary>What a job reads from and writes to its pipeline, in the saga's own transaction.</summary>
static class PipelineWork
{
    /// <summary>What the state of a pipeline is that takes runs: while its current job is a resync under way, it waits for that to end.</summary>
    public const string StateByJob =
        """
        (case when exists (
             select from coordinator.sync_job j
             where j.job_id = current_job_id and j.kind = 'Resync' and j.finished_at is null and j.state <> 'Failed')
         then 'Resyncing' else 'Enabled' end)
        """;

    /// <summary>The version that the job is pinned to, but for what <see cref="RollbackDefinition"/> says of a rollback.</summary>
    public static async Task<PipelineDefinition> DefinitionAsync(CoordinatorDbContext db, SyncJob job)
    {
        var pinned = await DefinitionAsync(db, job, job.PipelineVersion);
        if (job.Kind != JobKind.Rollback) return pinned;
        var now = await DefinitionAsync(db, job, await WorksByAsync(db, job));
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var destination = await PipelineStore.DestinationAsync(connection, job.PipelineId, job.PipelineVersion, CancellationToken.None);
        return RollbackDefinition.Of(pinned, now, destination);
    }

    static async Task<PipelineDefinition> DefinitionAsync(CoordinatorDbContext db, SyncJob job, int version)
    {
        var json = await db.Database.SqlQuery<string>(
            $"""
             select definition::text as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {version}
             """).SingleAsync();
        return JsonSerializer.Deserialize<PipelineDefinition>(json, PipelineJson.Options)!;
    }

    // The version by which records are written.
    static async Task<int> WorksByAsync(CoordinatorDbContext db, SyncJob job) => job.Kind != JobKind.Rollback ? job.PipelineVersion
        : await db.Database.SqlQuery<int>($"""select version as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""").SingleAsync();

    public static async Task<LoadDefinition> LoadOptionsAsync(CoordinatorDbContext db, SyncJob job)
    {
        var version = await WorksByAsync(db, job);
        var json = await db.Database.SqlQuery<string>(
            $"""
             select load::text as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {version}
             """).SingleAsync();
        return JsonSerializer.Deserialize<LoadDefinition>(json, PipelineJson.Options)!;
    }

    /// <summary>The same, and over how many records rejects are counted for the guard of them.</summary>
    public static async Task<(LoadDefinition Load, int RejectsWindow)> LoadingAsync(CoordinatorDbContext db, SyncJob job)
    {
        var version = await WorksByAsync(db, job);
        var row = await db.Database.SqlQuery<LoadingOptions>(
            $"""
             select load::text as load, (guards -> 'rejects' ->> 'window')::int as rejects_window from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {version}
             """).SingleAsync();
        return (JsonSerializer.Deserialize<LoadDefinition>(row.load, PipelineJson.Options)!, row.rejects_window ?? new RejectsGuard().Window);
    }

    /// <summary>Whom the version wants told.</summary>
    public static async Task<NotifyDefinition> NotifyAsync(CoordinatorDbContext db, SyncJob job)
    {
        var json = await db.Database.SqlQuery<string?>(
            $"""
             select definition ->> 'notify' as "Value" from coordinator.pipeline_version
             where pipeline_id = {job.PipelineId} and version = {job.PipelineVersion}
             """).SingleAsync();
        return json is null ? new NotifyDefinition() : JsonSerializer.Deserialize<NotifyDefinition>(json, PipelineJson.Options)!;
    }

    /// <summary>
    /// From here on the destination holds what the job's version of the file says. A version that comes back later, with an offset of
    /// its own from before, would go on where it stood and leave what this one wrote; that goes for an object which the file has and does
    /// not include as well. Nor does an offset stand that an earlier job has committed since this one found none.
    /// </summary>
    public static async Task ForgetOtherOffsetsAsync(CoordinatorDbContext db, SyncJob job)
    {
        var pipeline = await DefinitionAsync(db, job);
        var keys = pipeline.Objects.Where(definition => definition.Include).Select(definition => ObjectKey.Of(pipeline, definition)).ToArray();
        await LockAsync(db, job);
        await db.Database.ExecuteSqlAsync(
            $"""
             delete from coordinator.object_offset where pipeline_id = {job.PipelineId}
               and (not object_key = any({keys})
                    or object_key in (select object_key from coordinator.job_object where job_id = {job.CorrelationId} and offset_job_id is null))
             """);
    }

    /// <summary>
    /// Offsets move once everything is verified, and never back: a later job may have been verified before, or may have made one forgotten.
    /// Nor where the one that this job went on from was forgotten since: what lies before it may be lost. Nor of an object that is blocked.
    /// </summary>
    public static async Task CommitOffsetsAsync(CoordinatorDbContext db, SyncJob job)
    {
        await LockAsync(db, job);
        await db.Database.ExecuteSqlAsync(
            $"""
             insert into coordinator.object_offset (pipeline_id, object_key, job_id, attempt, object_no)
             select {job.PipelineId}, object_key, {job.CorrelationId}, {job.Attempt}, object_no
             from coordinator.job_object o where job_id = {job.CorrelationId} and state <> 'Blocked'
               and (exists (select from coordinator.object_offset f where f.pipeline_id = {job.PipelineId} and f.object_key = o.object_key)
                    or o.offset_job_id is null and not exists (select from coordinator.sync_job later where later.pipeline_id = {job.PipelineId}
                                   and later.job_no > {job.JobNo} and later.launched_at is not null))
             on conflict (pipeline_id, object_key) do update
             set job_id = excluded.job_id, attempt = excluded.attempt, object_no = excluded.object_no, committed_at = now()
             where (select j.job_no from coordinator.sync_job j where j.job_id = object_offset.job_id) <= {job.JobNo}
             """);
    }

    /// <summary>By whose schemas the next run judges what has changed. Of objects that are blocked it stays what it was.</summary>
    public static Task NoteCompletedAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         insert into coordinator.completed_object (pipeline_id, name, job_id, attempt, job_no)
         select distinct on (2) {job.PipelineId}::uuid, coordinator.object_name(object_key), {job.CorrelationId}::uuid, {job.Attempt}, {job.JobNo}
         from coordinator.job_object where job_id = {job.CorrelationId} and state <> 'Blocked'
         on conflict (pipeline_id, name) do update set job_id = excluded.job_id, attempt = excluded.attempt, job_no = excluded.job_no
         where completed_object.job_no <= excluded.job_no
         """);

    /// <summary>A launch of one job and the verification of another: each is to see what the other did, or the other to wait for it.</summary>
    public static Task LockAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<int>(
        $"""select 1 as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId} for update""").AsAsyncEnumerable().SingleAsync().AsTask();

    /// <summary>Whether no other job of the pipeline is active, or about to be, and no run waits. A dry run is in nobody's way.</summary>
    public static Task<bool> IsFreeAsync(CoordinatorDbContext db, SyncJob job) => job.Kind == JobKind.DryRun ? Task.FromResult(true) : db.Database.SqlQuery<bool>(
        $"""
         select p.successor is null and (coalesce(p.current_job_id, {job.CorrelationId}) = {job.CorrelationId} or coalesce(
             (select j.state in ('Completed', 'Canceled', 'Discarded') from coordinator.sync_job j where j.job_id = p.current_job_id), false)) as "Value"
         from coordinator.pipeline p where p.pipeline_id = {job.PipelineId} for update
         """).AsAsyncEnumerable().SingleAsync().AsTask();

    /// <summary>A new attempt is the pipeline's latest job again: its fence outranks those of jobs that ran since.</summary>
    public static async Task ClaimAsync(CoordinatorDbContext db, SyncJob job)
    {
        if (job.Kind == JobKind.DryRun) return;
        await db.Database.ExecuteSqlAsync(
            $"update coordinator.pipeline set current_job_id = {job.CorrelationId}, updated_at = now() where pipeline_id = {job.PipelineId}");
        job.JobNo = await db.Database.SqlQuery<long>($"""select nextval('coordinator.job_no') as "Value" """).SingleAsync();
    }

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
             update coordinator.pipeline
             set current_job_id = {job.CorrelationId}, updated_at = now(),
                 state = case
                     when {job.Kind == JobKind.Resync} and state in ('Enabled', 'Resyncing') then 'Resyncing'
                     when {successor.Kind == JobKind.Resync} and state = 'Resyncing' then 'Enabled'
                     else state end
             where pipeline_id = {job.PipelineId} and current_job_id = {successor.JobId} returning pipeline_id)
         insert into coordinator.skipped_run (run_id, pipeline_id, job_id, trigger, trigger_detail, actor, trigger_reason, reason)
         select {successor.JobId}, pipeline_id, {job.CorrelationId}, {successor.Trigger.ToString()}, {successor.TriggerDetail}, {successor.Actor},
                {successor.Reason}, 'the failed job was resumed'
         from kept on conflict do nothing
         """);

    sealed record LoadingOptions(string load, int? rejects_window);
}
