using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>What comes after the last segment, in the saga's own transaction.</summary>
static class FinishingWork
{
    /// <summary>
    /// Whether the destination is not yet as the job is to leave it: a new table is to take an old one's place, or an object was
    /// read in full of a pipeline that does not keep what vanished.
    /// </summary>
    public static Task<bool> IsNeededAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select exists (
             select from coordinator.job_object o where o.job_id = {job.CorrelationId} and o.state = 'Extracted' and (
                 o.replaced or o.full_read and coalesce(v.definition ->> 'onVanished', {nameof(OnVanished.Keep)}) <> {nameof(OnVanished.Keep)})) as "Value"
         from coordinator.pipeline_version v where v.pipeline_id = {job.PipelineId} and v.version = {job.PipelineVersion}
         """).SingleAsync();

    /// <summary>How far the workers are told to have come; a report that comes late takes nothing back.</summary>
    public static async Task RecordProgressAsync(CoordinatorDbContext db, SyncJob job, JobProgressed progressed)
    {
        var told = progressed.Segments.Where(segment => segment.SegmentNo == SegmentProgress.NoSegment)
            .ToDictionary(segment => segment.ObjectNo, segment => segment.Vanished);
        if (told.Count > 0) await RecordAsync(db, job, told);
    }

    public static Task RecordAsync(CoordinatorDbContext db, SyncJob job, ObjectsFinished finished) => RecordAsync(db, job, finished.Vanished);

    static async Task RecordAsync(CoordinatorDbContext db, SyncJob job, IReadOnlyDictionary<int, long> counts)
    {
        int[] objects = [.. counts.Keys];
        long[] vanished = [.. counts.Values];
        await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_object o set vanished = greatest(o.vanished, f.vanished)
             from unnest({objects}, {vanished}) f (object_no, vanished) where o.job_id = {job.CorrelationId} and o.object_no = f.object_no
             """);
        job.Vanished = await db.Database.SqlQuery<long>(
            $"""
             select coalesce(sum(vanished), 0)::bigint as "Value" from coordinator.job_object where job_id = {job.CorrelationId}
             """).SingleAsync();
    }
}
