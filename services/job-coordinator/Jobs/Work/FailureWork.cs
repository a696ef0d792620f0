using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs.Verbs;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>Steps that failed and may be tried again, in the saga's own transaction.</summary>
static class FailureWork
{
    static readonly TimeSpan[] Delays = [.. new[] { 1, 2, 4, 8, 15 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    public static async Task<bool> CanBeRetriedAsync(CoordinatorDbContext db, SyncJob job, StepFailed failed, CoordinatorOptions options)
    {
        if (!failed.Problem.Retryable) return false;
        if (failed.SegmentNo is null) return failed.Problem.Held || job.Tries + 1 < options.StepTries;
        var tries = await db.Database.SqlQuery<int>(
            $"""
             select coalesce(max(tries), 0) as "Value" from coordinator.job_segment
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = {failed.ObjectNo} and segment_no = {failed.SegmentNo}
             """).SingleAsync();
        return tries + 1 < options.SegmentTries;
    }

    /// <summary>Whether the report is of something that is still waited for: not of a segment that was staged, written or abandoned since.</summary>
    public static async Task<bool> IsAwaitedAsync(CoordinatorDbContext db, SyncJob job, StepFailed failed) =>
        failed.SegmentNo is null || await db.Database.SqlQuery<bool>(
            $"""
             select exists (select from coordinator.job_segment where job_id = {job.CorrelationId} and attempt = {job.Attempt}
                            and object_no = {failed.ObjectNo} and segment_no = {failed.SegmentNo}
                            and state in ('Extracting', 'Loading')) as "Value"
             """).SingleAsync();

    /// <summary>Takes the step out of the workers' hands for a while; the reconciler sends it again when the time has come.</summary>
    public static async Task<TimeSpan> DelayAsync(CoordinatorDbContext db, SyncJob job, StepFailed failed)
    {
        // Like a fence that a writer holds: for as long as that lasts, and the deadline of a run that does not move tells of it.
        if (failed is { SegmentNo: null, Problem.Held: true }) return Sending.FenceRetry;
        if (failed.SegmentNo is null) return Delays[Math.Min(job.Tries++, Delays.Length - 1)];
        var tries = await db.Database.SqlQuery<int>(
            $"""
             update coordinator.job_segment
             set state = case state when 'Extracting' then 'Planned' when 'Loading' then 'Sealed' else state end, tries = tries + 1,
                 not_before = now() + (array[1, 2, 4, 8, 15])[least(tries + 1, 5)] * interval '1 second'
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = {failed.ObjectNo} and segment_no = {failed.SegmentNo}
               and state in ('Extracting', 'Loading')
             returning tries as "Value"
             """).ToListAsync();
        return tries is [var count] ? Delays[Math.Min(count - 1, Delays.Length - 1)] : Delays[0];
    }

    /// <summary>When the next delayed segment is due; null: none is delayed.</summary>
    public static Task<DateTimeOffset?> EarliestRetryAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<DateTimeOffset?>(
        $"""
         select min(not_before) as "Value" from coordinator.job_segment
         where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state in ('Planned', 'Sealed') and not_before > now()
         """).SingleAsync();
}
