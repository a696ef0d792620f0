using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>Objects and segments of a job while it is read, in the saga's own transaction.</summary>
static class ExtractionWork
{
    /// <summary>States of segments whose loss a reader reports.</summary>
    public static readonly string[] ToBeRead = ["Planned", "Extracting"];

    /// <summary>States of segments whose loss a writer reports.</summary>
    public static readonly string[] ToBeWritten = ["Sealed", "Loading"];

    /// <summary>Writes down the objects of a job that begins, each with the offset that it goes on from.</summary>
    public static async Task BeginAsync(CoordinatorDbContext db, SyncJob job, PipelineDefinition pipeline)
    {
        if (job.Kind.IsRepair())
        {
            await RepairWork.BeginAsync(db, job, pipeline);
            return;
        }

        foreach (var (definition, no) in pipeline.Objects.Select((definition, no) => (definition, no)).Where(entry => entry.definition.Include))
        {
            var key = ObjectKey.Of(pipeline, definition);
            await db.Database.ExecuteSqlAsync(
                $"""
                 insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, offset_job_id, offset_attempt)
                 select {job.CorrelationId}, {no}, 'Unplanned', {definition.From}, {definition.To}, {key}, o.job_id, o.attempt
                 from (select 1) one left join coordinator.object_offset o on o.pipeline_id = {job.PipelineId} and o.object_key = {key}
                 on conflict do nothing
                 """);
        }
    }

    /// <summary>
    /// A new attempt: everything is planned again, from the offsets that the job began with. One that was made forgotten since says
    /// nothing any more: what it stands for has been overwritten, or has got a column that it does not know.
    /// </summary>
    public static Task StartOverAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"""
         update coordinator.job_object o
         set state = 'Unplanned', level = 0, empty = false, next_segment_no = 0, replans = 0, vanished = 0, unjudged = false, blocked_code = null, blocked_sentence = null,
             offset_job_id = case when stands then offset_job_id end, offset_attempt = case when stands then offset_attempt end
         from (select object_no, exists (select from coordinator.object_offset f
                                         where f.pipeline_id = {job.PipelineId} and f.object_key = own.object_key) as stands
               from coordinator.job_object own where job_id = {job.CorrelationId}) standing
         where o.job_id = {job.CorrelationId} and o.object_no = standing.object_no
         """);

    /// <summary>A job that is resumed may read its objects anew as often as before: somebody has looked at what was wrong.</summary>
    public static Task ForgetReplansAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"update coordinator.job_object set replans = 0 where job_id = {job.CorrelationId} and replans > 0");

    /// <summary>
    /// Objects to be planned, with what the workers need to know of each. A dry run's sample is one of all records. A resync reads everything; the offset that it began with stands
    /// until its own is committed, and where it comes to nothing the next run goes on from it.
    /// </summary>
    public static async Task<IReadOnlyList<ObjectToPlan>> UnplannedAsync(CoordinatorDbContext db, SyncJob job)
    {
        var rows = await db.Database.SqlQuery<UnplannedObject>(
            $"""
             select o.object_no, o.offset_job_id, o.offset_attempt, o.next_segment_no, c.job_id as completed_job_id, c.attempt as completed_attempt
             from coordinator.job_object o left join coordinator.completed_object c
               on c.pipeline_id = {job.PipelineId} and c.name = coordinator.object_name(o.object_key)
             where o.job_id = {job.CorrelationId} and o.state = 'Unplanned' order by o.object_no
             """).ToListAsync();
        return [.. rows.Select(row => new ObjectToPlan
        {
            ObjectNo = row.object_no,
            Offset = row.offset_job_id is { } id && job.Kind is not (JobKind.Resync or JobKind.DryRun) ? new OffsetReference { JobId = id, Attempt = row.offset_attempt ?? 1 } : null,
            Completed = row.completed_job_id is { } completed
                ? new OffsetReference { JobId = completed, Attempt = row.completed_attempt ?? 1 } : null,
            FirstSegmentNo = row.next_segment_no,
        })];
    }

    /// <summary>
    /// An object that is planned anew by itself, without those that it refers to, would be at level 0: it stays where it was among them.
    /// </summary>
    public static async Task RecordPlanAsync(CoordinatorDbContext db, SyncJob job, JobPrepared prepared)
    {
        if (prepared.Objects.Any(planned => planned.New)) await PipelineWork.LockAsync(db, job);
        await BlockedWork.RecordAsync(db, job, prepared.Blocked);
        foreach (var planned in prepared.Objects)
        {
            int[] levels = [.. planned.SegmentLevels ?? []];
            int[] rounds = [.. planned.RoundLevels ?? []];
            await db.Database.ExecuteSqlAsync(
                $"""
                 with object as (
                     update coordinator.job_object
                     set state = 'Extracting', source = {planned.From}, destination = {planned.To}, full_read = {planned.Full}, replaced = {planned.Replaced}, is_new = {planned.New},
                         level = greatest(level, {planned.Level}), estimated_rows = {planned.EstimatedRows}, next_segment_no = {planned.FirstSegmentNo + planned.SegmentCount}
                     where job_id = {job.CorrelationId} and object_no = {planned.ObjectNo} and next_segment_no = {planned.FirstSegmentNo}
                       and state <> 'Blocked'
                     returning job_id, object_no, level)
                 insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, load_level, round_level, state)
                 select job_id, {job.Attempt}, object_no, segment_no, coalesce(({levels}::int[])[segment_no - {planned.FirstSegmentNo} + 1], level),
                        ({rounds}::int[])[segment_no - {planned.FirstSegmentNo} + 1], 'Planned'
                 from object, generate_series({planned.FirstSegmentNo}, {planned.FirstSegmentNo + planned.SegmentCount - 1}) segment_no
                 """);
            // What a dry run would create is not there once it has ended.
            if (planned.New && job.Kind != JobKind.DryRun) await ForgetOffsetAsync(db, job, planned.ObjectNo);
        }

        job.Estimated = (await db.Database.SqlQuery<long?>(
            $"""
             select case when bool_and((full_read or {job.Kind.IsRepair()}) and estimated_rows >= 0) then sum(estimated_rows)::bigint end as "Value"
             from coordinator.job_object where job_id = {job.CorrelationId} and state <> 'Blocked'
             """).ToListAsync()).Single();
    }

    /// <summary>Seals one copy of the segment; a second one changes nothing.</summary>
    public static async Task SealAsync(CoordinatorDbContext db, SyncJob job, SegmentExtracted staged)
    {
        var isFirst = await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_segment
             set state = 'Sealed', copy = {staged.Copy}, rows = {staged.Rows}, bytes = {staged.Bytes}, missing = {staged.Missing}, tries = 0,
                 not_before = null
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = {staged.ObjectNo}
               and segment_no = {staged.SegmentNo} and state in ('Planned', 'Extracting')
             """) > 0;
        if (!isFirst) return;
        if (staged.NextSegmentNo is { } next) await AddToChainAsync(db, job, staged.ObjectNo, next);
        await db.Database.ExecuteSqlAsync(
            $"""
             update coordinator.job_object o set state = 'Extracted'
             where job_id = {job.CorrelationId} and object_no = {staged.ObjectNo} and state = 'Extracting'
               and not exists (select from coordinator.job_segment s where s.job_id = o.job_id and s.attempt = {job.Attempt}
                               and s.object_no = o.object_no and s.state in ('Planned', 'Extracting'))
             """);
        job.Extracted += staged.Rows;
        job.Missing += staged.Missing;
        job.WaitingFor = null;
    }

    /// <summary>After a stop the snapshot is gone: what is not fully staged under it is planned anew.</summary>
    public static Task PlanUnfinishedAnewAsync(CoordinatorDbContext db, SyncJob job) => AbandonAsync(
        db, job, $"update coordinator.job_object set state = 'Unplanned', unjudged = {IsLaunched(job)} where job_id = {job.CorrelationId} and state = 'Extracting' returning object_no as \"Value\"");

    /// <summary>Plans an object anew; what was staged of it is abandoned, since snapshots are never mixed in one object.</summary>
    public static Task PlanAnewAsync(CoordinatorDbContext db, SyncJob job, int objectNo) => AbandonAsync(
        db, job,
        $"""
         update coordinator.job_object set state = 'Unplanned', replans = replans + 1, unjudged = {IsLaunched(job)}
         where job_id = {job.CorrelationId} and object_no = {objectNo} returning object_no as "Value"
         """);

    /// <summary>
    /// Reads one segment of a rollback again, whose staged copy is lost: what a log holds does not change, so that what was undone of it stays
    /// undone, and any copy is as good. Planned anew, entries that are undone already would look like somebody's changes.
    /// </summary>
    public static async Task ReadAgainAsync(CoordinatorDbContext db, SyncJob job, int objectNo, int segmentNo) =>
        job.Extracted -= (await db.Database.SqlQuery<long>(
            $"""
             with object as (
                 update coordinator.job_object set state = 'Extracting', replans = replans + 1
                 where job_id = {job.CorrelationId} and object_no = {objectNo} returning object_no)
             update coordinator.job_segment s set state = 'Planned', copy = null
             from object where s.job_id = {job.CorrelationId} and s.attempt = {job.Attempt} and s.object_no = object.object_no
               and s.segment_no = {segmentNo}
             returning s.rows as "Value"
             """).ToListAsync()).Sum();

    /// <summary>Whether objects that were planned anew after launch are staged, and guards have not seen what was read then.</summary>
    public static Task<bool> IsAnyUnjudgedAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select exists (select from coordinator.job_object where job_id = {job.CorrelationId} and unjudged and state = 'Extracted') as "Value"
         """).SingleAsync();

    /// <summary>The same of one object: others that are still being read have nothing to do with it.</summary>
    public static Task<bool> IsUnjudgedAsync(CoordinatorDbContext db, SyncJob job, int objectNo) => db.Database.SqlQuery<bool>(
        $"""
         select exists (select from coordinator.job_object
                        where job_id = {job.CorrelationId} and object_no = {objectNo} and unjudged and state = 'Extracted') as "Value"
         """).SingleAsync();

    /// <summary>Guards have seen all that is staged.</summary>
    public static Task NoteJudgedAsync(CoordinatorDbContext db, SyncJob job) => db.Database.ExecuteSqlAsync(
        $"update coordinator.job_object set unjudged = false where job_id = {job.CorrelationId} and unjudged and state = 'Extracted'");

    /// <summary>Whether the report is of a segment that is still waited for: one of a loss that comes late changes nothing.</summary>
    public static Task<bool> IsInHandAsync(CoordinatorDbContext db, SyncJob job, int objectNo, int segmentNo, string[] states) =>
        db.Database.SqlQuery<bool>(
            $"""
             select exists (select from coordinator.job_segment where job_id = {job.CorrelationId} and attempt = {job.Attempt}
                            and object_no = {objectNo} and segment_no = {segmentNo} and state = any({states})) as "Value"
             """).SingleAsync();

    /// <summary>Whether an object was planned anew so often that another time would not help.</summary>
    public static async Task<bool> IsPlannedTooOftenAsync(CoordinatorDbContext db, SyncJob job, int objectNo, int most) =>
        (await db.Database.SqlQuery<int>(
            $"""select replans as "Value" from coordinator.job_object where job_id = {job.CorrelationId} and object_no = {objectNo}""").ToListAsync())
        is [var replans] && replans >= most;

    // What is planned anew before launch is judged with all else.
    static bool IsLaunched(SyncJob job) => nameof(SyncJobStateMachine.Processing)
        == (job.CurrentState is nameof(SyncJobStateMachine.Paused) or nameof(SyncJobStateMachine.Failed) ? job.ResumeTo : job.CurrentState);

    static async Task AbandonAsync(CoordinatorDbContext db, SyncJob job, FormattableString unplan)
    {
        var objects = (await db.Database.SqlQuery<int>(unplan).ToListAsync()).ToArray();
        if (objects.Length == 0) return;
        var abandoned = await db.Database.SqlQuery<AbandonedSegment>(
            $"""
             update coordinator.job_segment set state = 'Abandoned', deferred = 0
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = any({objects}) and state <> 'Abandoned'
             returning rows, missing
             """).ToListAsync();
        job.Extracted -= abandoned.Sum(segment => segment.rows);
        job.Missing -= abandoned.Sum(segment => segment.missing);
        // What was found of them is of other records.
        await db.Database.ExecuteSqlAsync(
            $"delete from coordinator.job_finding where job_id = {job.CorrelationId} and attempt = {job.Attempt} and object_no = any({objects})");
        job.DeferredMark = null;
    }

    /// <summary>Takes the next segments into hand, up to the pipeline's parallelism.</summary>
    /// <remarks>By ctid, here and for loading: the planner knows no limit that is computed, and would read all segments for a join.</remarks>
    public static async Task<IReadOnlyList<SegmentInHand>> TakeNextAsync(CoordinatorDbContext db, SyncJob job, int parallelism) =>
        await db.Database.SqlQuery<SegmentInHand>(
            $"""
             update coordinator.job_segment set state = 'Extracting' where ctid = any(array(
                 select ctid from coordinator.job_segment
                 where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state = 'Planned' and coalesce(not_before, now()) <= now()
                 order by load_level, object_no, segment_no
                 limit greatest(0, {parallelism} - (select count(*) from coordinator.job_segment where job_id = {job.CorrelationId}
                                                    and attempt = {job.Attempt} and state = 'Extracting'))))
             returning object_no, segment_no, copy, rows, false as empty, round
             """).ToListAsync();

    public static async Task<IReadOnlyList<SegmentInHand>> InHandAsync(CoordinatorDbContext db, SyncJob job) =>
        await db.Database.SqlQuery<SegmentInHand>(
            $"""
             select object_no, segment_no, copy, rows, false as empty, round from coordinator.job_segment
             where job_id = {job.CorrelationId} and attempt = {job.Attempt} and state = 'Extracting'
             """).ToListAsync();

    public static Task<bool> IsCompleteAsync(CoordinatorDbContext db, SyncJob job) => db.Database.SqlQuery<bool>(
        $"""
         select not exists (select from coordinator.job_object
                            where job_id = {job.CorrelationId} and state <> 'Extracted' and state <> 'Blocked') as "Value"
         """).SingleAsync();

    // Whatever becomes of this job: once the table is there, nobody sees any more that it holds nothing of what was read before.
    static Task ForgetOffsetAsync(CoordinatorDbContext db, SyncJob job, int objectNo) => db.Database.ExecuteSqlAsync(
        $"""
         with forgotten as (
             update coordinator.job_object set offset_job_id = null, offset_attempt = null
             where job_id = {job.CorrelationId} and object_no = {objectNo} returning object_key)
         delete from coordinator.object_offset o using forgotten where o.pipeline_id = {job.PipelineId} and o.object_key = forgotten.object_key
         """);

    static Task AddToChainAsync(CoordinatorDbContext db, SyncJob job, int objectNo, int segmentNo) => db.Database.ExecuteSqlAsync(
        $"""
         with chain as (
             update coordinator.job_object set next_segment_no = greatest(next_segment_no, {segmentNo} + 1)
             where job_id = {job.CorrelationId} and object_no = {objectNo} returning level)
         insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, load_level, state)
         select {job.CorrelationId}, {job.Attempt}, {objectNo}, {segmentNo}, level, 'Planned' from chain
         """);
}
