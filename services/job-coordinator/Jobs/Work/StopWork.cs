using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;
using StopKind = Headgate.V1.StopKind;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>The record of stops, in the saga's own transaction.</summary>
static class StopWork
{
    /// <summary>Of a job that still stands where the stop hits it. Written with the row of the job: whoever commanded it waits.</summary>
    /// <param name="db">The saga's.</param>
    /// <param name="job">The job, with its stop noted.</param>
    /// <param name="atOnce">Whether there is nothing to wait for.</param>
    public static void Begin(CoordinatorDbContext db, SyncJob job, bool atOnce) => db.JobStops.Add(new JobStop
    {
        JobId = job.CorrelationId,
        Project = job.Project,
        Pipeline = job.Pipeline,
        RequestId = job.RequestId,
        Attempt = job.Attempt,
        Epoch = job.Epoch,
        State = job.CurrentState,
        Phase = job.Phase,
        Intent = job.Intent!.Value,
        Kind = KindOf(job),
        Mode = job.Mode ?? CancelMode.Graceful,
        Cause = job.StopCause!.Value,
        Actor = job.StopActor!,
        Reason = job.StopReason,
        FirstRequestedAt = job.StopRequestedAt!.Value,
        RequestedAt = job.StopRequestedAt!.Value,
        ConfirmedAt = atOnce ? job.StopRequestedAt : null,
        AtOnce = atOnce,
    });

    /// <summary>
    /// The stop on its way becomes that of what holds now. Force is measured from when it was asked for, once; anything else from the
    /// first request.
    /// </summary>
    public static Task ChangeAsync(CoordinatorDbContext db, SyncJob job)
    {
        var (mode, kind) = ((job.Mode ?? CancelMode.Graceful).ToString(), KindOf(job)?.ToString());
        return db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_stop
             set intent = {job.Intent.ToString()}, kind = {kind}, mode = {mode}, cause = {job.StopCause.ToString()}, actor = {job.StopActor},
                 reason = {job.StopReason}, epoch = {job.Epoch}, escalated = escalated or mode <> {mode},
                 requested_at = case when mode <> {mode} then {job.StopRequestedAt} else requested_at end
             where job_id = {job.CorrelationId} and confirmed_at is null
             """);
    }

    /// <summary>Null: of a job that stood already, or of a stop that was recorded by nobody.</summary>
    public static async Task<ConfirmedStop?> ConfirmAsync(CoordinatorDbContext db, SyncJob job) => (await db.Database.SqlQuery<ConfirmedStop>(
        $"""
         update coordinator.job_stop set confirmed_at = {job.StopConfirmedAt}, epoch = {job.Epoch}
         where job_id = {job.CorrelationId} and confirmed_at is null
         returning mode, extract(epoch from confirmed_at - requested_at)::float8 as seconds, state not in ('Paused', 'Failed') as measured
         """).ToListAsync()).SingleOrDefault(stop => stop.measured);

    public static Task AbandonAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.job_stop set abandoned = true, actor = {job.StopActor}, reason = {job.StopReason}
         where job_id = {job.CorrelationId} and confirmed_at is null
         """);

    static StopKind? KindOf(SyncJob job) => job.Intent != StopIntent.Cancel ? null : job.RequestId is null ? StopKind.Extraction : StopKind.Launched;
}
