using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>Segments of a job while it is written, in the saga's own transaction.</summary>
static class LoadingWork
{
    public static Task RecordShapeAsync(CoordinatorDbContext db, SyncJob job, SchemaChangesApplied shaped)
    {
        var empty = shaped.EmptyObjects.ToArray();
        return db.Database.ExecuteSqlAsync(
            $"update coordinator.job_object set empty = empty or object_no = any({empty}) where job_id = {job.CorrelationId}");
    }

    /// <summary>Takes the next segments into hand, up to the pipeline's parallelism; parents before children.</summary>
    /// <remarks>
    /// None is below the lowest level: by an inequality, and ordered by it, since the primary key has the order within one level too, and
    /// would be walked through all that is written. Nor of an object that was read anew since the launch and that guards have not seen.
    /// </remarks>
    public static async Task<IReadOnlyList<SegmentInHand>> TakeNextAsync(CoordinatorDbContext db, SyncJob job, int parallelism) =>
        await db.Database.SqlQuery<SegmentInHand>(
            $"""
             with unfinished as (
                 select least(
                     (select min(level) from coordinator.job_object
                      where job_id = {job.CorrelationId} and state <> 'Extracted' and state <> 'Blocked'),
                     (select min(load_level) from coordinator.job_segment
                      where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state = 'Sealed'),
                     (select min(load_level) from coordinator.job_segment
                      where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state = 'Loading')) as level)
             update coordinator.job_segment s set state = 'Loading' where ctid = any(array(
                 select ctid from coordinator.job_segment
                 where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state = 'Sealed'
                   and load_level <= (select level from unfinished) and coalesce(not_before, now()) <= now()
                   and object_no <> all(array(select object_no from coordinator.job_object where job_id = {job.CorrelationId} and unjudged))
                 order by load_level, object_no, segment_no
                 limit greatest(0, {parallelism} - (select count(*) from coordinator.job_segment where job_id = {job.CorrelationId}
                                                    and attempt = {job.Attempt} and state = 'Loading'))))
             returning object_no, segment_no, copy, rows, round,
                       (select empty from coordinator.job_object o where o.job_id = s.job_id and o.object_no = s.object_no)
             """).ToListAsync();

    public static async Task<IReadOnlyList<SegmentInHand>> InHandAsync(CoordinatorDbContext db, SyncJob job) =>
        await db.Database.SqlQuery<SegmentInHand>(
            $"""
             select s.object_no, s.segment_no, s.copy, s.rows, o.empty, s.round
             from coordinator.job_segment s join coordinator.job_object o using (job_id, object_no)
             where s.job_id = {job.CorrelationId} and s.attempt = {job.Attempt} and s.state = 'Loading'
             """).ToListAsync();

    public static async Task RecordLoadedAsync(CoordinatorDbContext db, SyncJob job, SegmentLoaded loaded)
    {
        var counts = loaded.Counts;
        await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_segment
             set state = 'Loaded', written = {counts.Written}, inserted = {counts.Inserted}, updated = {counts.Updated},
                 unchanged = {counts.Unchanged}, rejected = {counts.Rejected}, deleted = {counts.Deleted}, deferred = {loaded.Deferred},
                 busy_ms = greatest(busy_ms, {loaded.BusyMs}), tries = 0, not_before = null
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = {loaded.ObjectNo}
               and segment_no = {loaded.SegmentNo} and round = {loaded.Round} and state in ('Sealed', 'Loading')
             """);
        await BeginRoundAsync(db, job);
        await CountAsync(db, job);
        job.WaitingFor = null;
    }

    /// <summary>Counts what the workers have taken so far, in one statement: no other message comes as often.</summary>
    /// <returns>When the next delayed segment is due; null: none is delayed.</returns>
    public static async Task<DateTimeOffset?> RecordProgressAsync(CoordinatorDbContext db, SyncJob job, JobProgressed progressed)
    {
        int[] objects = [.. progressed.Segments.Select(segment => segment.ObjectNo)];
        int[] segments = [.. progressed.Segments.Select(segment => segment.SegmentNo)];
        long[] written = [.. progressed.Segments.Select(segment => segment.Written)];
        long[] inserted = [.. progressed.Segments.Select(segment => segment.Inserted)];
        long[] updated = [.. progressed.Segments.Select(segment => segment.Updated)];
        long[] unchanged = [.. progressed.Segments.Select(segment => segment.Unchanged)];
        long[] rejected = [.. progressed.Segments.Select(segment => segment.Rejected)];
        long[] deleted = [.. progressed.Segments.Select(segment => segment.Deleted)];
        long[] busy = [.. progressed.Segments.Select(segment => segment.BusyMs)];
        var counts = (await db.Database.SqlQuery<ProgressCounts>(
            $"""
             with advanced as (
                 update coordinator.job_segment s
                 set written = p.written, inserted = p.inserted, updated = p.updated, unchanged = p.unchanged, rejected = p.rejected,
                     deleted = p.deleted, busy_ms = greatest(s.busy_ms, p.busy_ms)
                 from unnest({objects}, {segments}, {written}, {inserted}, {updated}, {unchanged}, {rejected}, {deleted}, {busy})
                     p (object_no, segment_no, written, inserted, updated, unchanged, rejected, deleted, busy_ms)
                 where s.job_id = {job.CorrelationId} and s.attempt = {job.Attempt} and s.object_no = p.object_no
                   and s.segment_no = p.segment_no and s.state in ('Sealed', 'Loading') and s.written < p.written
                 returning s.object_no, s.segment_no, s.written, s.inserted, s.updated, s.unchanged, s.rejected, s.deleted, s.busy_ms)
             select coalesce(sum(coalesce(a.written, s.written)), 0)::bigint as written,
                    coalesce(sum(coalesce(a.inserted, s.inserted)), 0)::bigint as inserted,
                    coalesce(sum(coalesce(a.updated, s.updated)), 0)::bigint as updated,
                    coalesce(sum(coalesce(a.unchanged, s.unchanged)), 0)::bigint as unchanged,
                    coalesce(sum(coalesce(a.rejected, s.rejected)), 0)::bigint as rejected,
                    coalesce(sum(coalesce(a.deleted, s.deleted)), 0)::bigint as deleted,
                    coalesce(sum(coalesce(a.busy_ms, s.busy_ms)), 0)::bigint as busy,
                    min(s.not_before) filter (where s.state in ('Planned', 'Sealed') and s.not_before > now()) as retry
             from coordinator.job_segment s left join advanced a using (object_no, segment_no)
             where s.job_id = {job.CorrelationId} and s.attempt = {job.Attempt} and s.state <> 'Abandoned'
             """).ToListAsync()).Single();
        (job.Written, job.Inserted, job.Updated, job.Unchanged, job.Rejected, job.Deleted, job.BusyMs) =
            (counts.written, counts.inserted, counts.updated, counts.unchanged, counts.rejected, counts.deleted, counts.busy);
        return counts.retry;
    }

    /// <summary>What the fence read from the ledger is the truth, whatever was reported before.</summary>
    public static void RecordFence(SyncJob job, IReadOnlyDictionary<int, RecordCounts> counts)
    {
        job.Written = counts.Values.Sum(count => count.Written);
        job.Inserted = counts.Values.Sum(count => count.Inserted);
        job.Updated = counts.Values.Sum(count => count.Updated);
        job.Unchanged = counts.Values.Sum(count => count.Unchanged);
        job.Rejected = counts.Values.Sum(count => count.Rejected);
        job.Deleted = counts.Values.Sum(count => count.Deleted);
        job.Vanished = counts.Values.Sum(count => count.Vanished);
        job.InDoubt = counts.Values.Sum(count => count.InDoubt);
    }

    /// <summary>What an attempt has moved stays, and stays counted, when the job begins another one.</summary>
    public static Task KeepAttemptAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         insert into coordinator.job_attempt (job_id, attempt, extracted, written, inserted, updated, unchanged, rejected, deleted, vanished, in_doubt)
         values ({job.CorrelationId}, {job.Attempt}, {job.Extracted}, {job.Written}, {job.Inserted}, {job.Updated}, {job.Unchanged},
                 {job.Rejected}, {job.Deleted}, {job.Vanished}, {job.InDoubt})
         """);

    /// <summary>After a stop nobody has anything in hand: what was begun is there again.</summary>
    public static Task ReturnInHandAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.job_segment
         set state = case state when 'Extracting' then 'Planned' else 'Sealed' end, tries = 0, not_before = null
         where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state in ('Extracting', 'Loading')
         """);

    public static Task<bool> IsCompleteAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select not exists (select from coordinator.job_object
                            where job_id = {job.CorrelationId} and state <> 'Extracted' and state <> 'Blocked')
            and not exists (select from coordinator.job_segment where job_id = {job.CorrelationId} and attempt = {job.Attempt}
                            and state in ('Planned', 'Extracting', 'Sealed', 'Loading')) as "Value"
         """).SingleAsync();

    /// <summary>
    /// Whether more records were rejected for good than the pipeline allows. Those that still wait for others are not, and how many of a segment
    /// do is not known before it is through.
    /// </summary>
    public static async Task<bool> HasTooManyRejectsAsync(CoordinatorDbContext db, SyncJob job)
    {
        // What a rollback leaves as it is was changed by somebody, and is no fault of the records.
        if (job.Rejected == 0 || job.Kind == JobKind.Rollback) return false;
        var rejected = await db.Database.SqlQuery<long>(
            $"""
             select coalesce(sum(rejected - deferred), 0)::bigint as "Value" from coordinator.job_segment
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and (state = 'Loaded' or state <> 'Abandoned' and round > 0)
             """).SingleAsync();
        return rejected > (await PipelineWork.LoadOptionsAsync(db, job)).MaxRejects;
    }

    // When all of a level is loaded, or of the levels of a rollback that go together, what waited for others is tried again, round by
    // round, for as long as a round leaves fewer waiting than the one before: a record may wait for one that waits itself, in another segment.
    static async Task BeginRoundAsync(CoordinatorDbContext db, SyncJob job)
    {
        var isAnyDeferred = await db.Database.SqlQuery<bool>(
            $"""
             select exists (select from coordinator.job_segment
                            where job_id = {job.CorrelationId} and attempt = {job.Attempt} and deferred > 0) as "Value"
             """).SingleAsync();
        if (!isAnyDeferred)
        {
            job.DeferredMark = null;
            return;
        }

        var rounds = await db.Database.SqlQuery<WaitingLevel>(
            $"""
             with lowest as (
                 select min(coalesce(round_level, load_level)) as level from coordinator.job_segment
                 where job_id = {job.CorrelationId} and attempt = {job.Attempt} and (state not in ('Loaded', 'Abandoned') or deferred > 0))
             select lowest.level, sum(s.deferred)::bigint as deferred
             from lowest join coordinator.job_segment s on s.job_id = {job.CorrelationId} and s.attempt = {job.Attempt}
                 and coalesce(s.round_level, s.load_level) = lowest.level and s.state <> 'Abandoned'
             where not exists (select from coordinator.job_object o
                               where o.job_id = {job.CorrelationId} and o.level <= lowest.level
                                 and o.state <> 'Extracted' and o.state <> 'Blocked')
             group by lowest.level having bool_and(s.state = 'Loaded')
             """).ToListAsync();
        if (rounds is not [var waiting]) return;
        if (job.DeferredMark <= waiting.deferred)
        {
            job.DeferredMark = null;
            await db.Database.ExecuteSqlAsync(
                $"""
                 update coordinator.job_segment set deferred = 0
                 where job_id = {job.CorrelationId} and attempt = {job.Attempt}
                   and coalesce(round_level, load_level) = {waiting.level} and deferred > 0
                 """);
            return;
        }

        job.DeferredMark = waiting.deferred;
        await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_segment set state = 'Sealed', round = round + 1
             where job_id = {job.CorrelationId} and attempt = {job.Attempt}
                   and coalesce(round_level, load_level) = {waiting.level} and deferred > 0
             """);
    }

    static async Task CountAsync(CoordinatorDbContext db, SyncJob job)
    {
        var counts = await db.Database.SqlQuery<SegmentCounts>(
            $"""
             select coalesce(sum(written), 0)::bigint as written, coalesce(sum(inserted), 0)::bigint as inserted,
                    coalesce(sum(updated), 0)::bigint as updated, coalesce(sum(unchanged), 0)::bigint as unchanged,
                    coalesce(sum(rejected), 0)::bigint as rejected, coalesce(sum(deleted), 0)::bigint as deleted,
                    coalesce(sum(busy_ms), 0)::bigint as busy
             from coordinator.job_segment where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state <> 'Abandoned'
             """).SingleAsync();
        (job.Written, job.Inserted, job.Updated, job.Unchanged, job.Rejected, job.Deleted, job.BusyMs) =
            (counts.written, counts.inserted, counts.updated, counts.unchanged, counts.rejected, counts.deleted, counts.busy);
    }
}
