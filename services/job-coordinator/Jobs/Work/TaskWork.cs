using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>
/// The steps of a resync as people follow them, in the saga's own transaction. They follow from the job's state and phase, as its implied
/// commands do: nothing is carried out because of them, and none can say otherwise than the job.
/// </summary>
static class TaskWork
{
    /// <summary>Brings the steps to where the job stands now; of other kinds of jobs there are none.</summary>
    public static async Task FollowAsync(BehaviorContext<SyncJob> context)
    {
        var (db, job) = (context.Db(), context.Saga);
        // A stop on its way has not ended any step yet.
        if (job.Kind != JobKind.Resync || job.Phase == JobPhase.Stopping) return;
        await PlanAsync(db, job, context.Now());
        if (await RunningAsync(db, job) is { } running) await MoveToAsync(db, job, (int)running, context.Now());
        else if (job.CurrentState == nameof(SyncJobStateMachine.Completed)) await MoveToAsync(db, job, (int)ResyncTask.EnablePipeline + 1, context.Now());
        else await StandAsync(db, job, context.Now());
    }

    static async Task PlanAsync(CoordinatorDbContext db, SyncJob job, DateTimeOffset now)
    {
        var names = Enum.GetNames<ResyncTask>();
        await db.Database.ExecuteSqlAsync(
            $"""
             insert into coordinator.job_task (job_id, attempt, no, task, state, started_at, finished_at, detail)
             select {job.CorrelationId}, {job.Attempt}, t.no, t.task,
                    case when t.task = 'EndActiveJob' then case when p.job_id is null then 'Skipped' else 'Done' end
                         when t.task = 'HandleVanished' and (v.on_vanished = {OnVanished.Keep.ToString()} or {job.DropAndLoad}) then 'Skipped'
                         when t.task = 'SwapTables' and not {job.DropAndLoad} then 'Skipped'
                         else 'Waiting' end,
                    case when t.task = 'EndActiveJob' then p.stop_requested_at end,
                    case when t.task = 'EndActiveJob' then p.finished_at end,
                    case when t.task = 'EndActiveJob' then coalesce('Job ' || p.job_id || ' is ' || p.state || '.', 'No job was active.')
                         when t.task = 'DropSourceResources' then case when r.open_releases = 0 then 'Nothing of earlier runs is held.'
                              else r.open_releases || ' releases of earlier runs are on their way to the workers.' end
                         when t.task = 'HandleVanished' and {job.DropAndLoad} then 'The new tables have none.'
                         when t.task = 'HandleVanished' and v.on_vanished = {OnVanished.Keep.ToString()} then 'The pipeline keeps them.'
                         when t.task = 'ChangeDestination' and {job.DropAndLoad} then 'Tables are made anew beside the old ones.' end
             from unnest({names}) with ordinality t (task, no)
             cross join (select coalesce(definition ->> 'onVanished', {OnVanished.Keep.ToString()}) as on_vanished from coordinator.pipeline_version
                         where pipeline_id = {job.PipelineId} and version = {job.PipelineVersion}) v
             cross join (select count(*) as open_releases from coordinator.obligation o
                         join coordinator.sync_job j on j.job_id = o.job_id and j.pipeline_id = {job.PipelineId}
                         where o.awaits_answer and o.answered_at is null and o.message = 'Headgate.Contracts.Jobs.ReleaseJob') r
             left join coordinator.sync_job p on p.job_id = {job.PredecessorId} and {job.Attempt} = 1
             where not exists (select from coordinator.job_task where job_id = {job.CorrelationId} and attempt = {job.Attempt})
             """);
    }

    // Null: nothing of it runs.
    static async Task<ResyncTask?> RunningAsync(CoordinatorDbContext db, SyncJob job) => job.Phase switch
    {
        JobPhase.Extracting => await IsPlannedAsync(db, job) ? ResyncTask.ReadRecords : ResyncTask.RefreshSourceSchema,
        JobPhase.Judging => ResyncTask.ReadRecords,
        JobPhase.Launching or JobPhase.Shaping => ResyncTask.ChangeDestination,
        JobPhase.Loading => ResyncTask.LoadRecords,
        JobPhase.Finishing => job.DropAndLoad ? ResyncTask.SwapTables : ResyncTask.HandleVanished,
        JobPhase.Closing or JobPhase.Verifying => ResyncTask.VerifyRecords,
        _ => null,
    };

    static Task<bool> IsPlannedAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select not exists (select from coordinator.job_object where job_id = {job.CorrelationId} and state = 'Unplanned') as "Value"
         """).SingleAsync();

    // Steps before it are done, steps behind it are yet to come, or to come again.
    static Task MoveToAsync(CoordinatorDbContext db, SyncJob job, int no, DateTimeOffset now) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.job_task
         set state = case when no < {no} then 'Done' when no = {no} then 'Running' else 'Waiting' end,
             started_at = case when no <= {no} then coalesce(started_at, {now}) end,
             finished_at = case when no < {no} then coalesce(finished_at, {now}) end,
             detail = case when no < {no} or started_at is null then detail end
         where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state <> 'Skipped'
         """);

    // Of a job that stands or has ended otherwise than well the step that was under way says why.
    static Task StandAsync(CoordinatorDbContext db, SyncJob job, DateTimeOffset now)
    {
        var hasEnded = job.FinishedAt is not null;
        var hasFailed = job.CurrentState == nameof(SyncJobStateMachine.Failed);
        var why = hasFailed ? job.Error : job.CurrentState == nameof(SyncJobStateMachine.Pending) ? null : $"The job is {job.CurrentState}.";
        return db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_task t
             set state = case when t.no <> under_way.no then case when {hasEnded} then 'Skipped' else t.state end
                              when {hasFailed} or {hasEnded} and t.started_at is not null then 'Failed'
                              when {hasEnded} then 'Skipped' else 'Waiting' end,
                 started_at = case when t.no = under_way.no and {hasFailed} then coalesce(t.started_at, {now}) else t.started_at end,
                 finished_at = case when t.no = under_way.no and ({hasFailed} or {hasEnded} and t.started_at is not null) then {now} end,
                 detail = case when t.no = under_way.no and ({hasFailed} or {hasEnded} or t.started_at is not null)
                               then coalesce({why}::text, t.detail) else t.detail end
             from (select min(no) as no from coordinator.job_task
                   where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state not in ('Done', 'Skipped')) under_way
             where t.job_id = {job.CorrelationId} and t.attempt = {job.Attempt} and t.state not in ('Done', 'Skipped')
             """);
    }
}
