using Headgate.Bench.Cases;
using Headgate.Bench.Stack;
using Headgate.Contracts.Loading;

namespace Headgate.Bench.Signals;

/// <summary>
/// Jobs in the middle of loading, put straight into the coordinator's tables, each of a pipeline of its own; no worker has anything of
/// them, since what is measured is the way of messages.
/// </summary>
sealed class JobsInHand(Database state, IReadOnlyList<Guid> jobs)
{
    /// <summary>Segments of each that are being written at the same time.</summary>
    public const int Segments = 4;

    const string Table = "public.signals";
    const string Name = "signals";

    long _told;

    public IReadOnlyList<Guid> Jobs => jobs;

    public static async Task PrepareAsync(CaseRun run, CancellationToken cancellationToken)
    {
        await run.Installation.Source.ExecuteAsync($"create table if not exists {Table} (id int primary key)", cancellationToken);
        await run.Headgate.ApplyAsync(Name, PipelineYaml.Of(Name, [PipelineYaml.Object(Table, Table)]), cancellationToken);
    }

    public static async Task<JobsInHand> TakeAsync(Database state, int count, CancellationToken cancellationToken)
    {
        var ids = await state.ListAsync(
            $"""
             with template as (
                 select p.project, v.version, v.definition from coordinator.pipeline p join coordinator.pipeline_version v using (pipeline_id, version)
                 where p.name = '{Name}'),
             pipelines as (
                 insert into coordinator.pipeline (pipeline_id, project, name, version)
                 select gen_random_uuid(), project, '{Name}-' || gen_random_uuid(), version from template, generate_series(1, {count})
                 returning pipeline_id, project, name, version),
             versions as (
                 insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
                 select pipeline_id, pipelines.version, definition, 'bench' from pipelines, template),
             jobs as (
                 insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                                   attempt, epoch, phase, request_id, launched_at, created_at)
                 select gen_random_uuid(), 'Processing', nextval('coordinator.job_no'), pipeline_id, version, project, name, 'Historical', 'SyncNow',
                        'bench', 1, 1, 'Loading', gen_random_uuid(), now(), now()
                 from pipelines returning job_id),
             objects as (
                 insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, next_segment_no)
                 select job_id, 0, 'Extracted', '{Table}', '{Table}', '{Table}', {Segments} from jobs),
             segments as (
                 insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows)
                 select job_id, 1, 0, n - 1, 'Loading', gen_random_uuid(), 1000000 from jobs, generate_series(1, {Segments}) n)
             select job_id from jobs
             """,
            reader => reader.GetGuid(0),
            cancellationToken);
        await state.ExecuteAsync("analyze", cancellationToken);
        return new JobsInHand(state, ids);
    }

    /// <summary>The next events, job by job in turn. Each is news of one record in one segment, and tells of all segments in hand.</summary>
    public IEnumerable<JobProgressed> Progress(int events)
    {
        for (var last = _told + events; _told < last; _told++)
        {
            var record = _told / jobs.Count + 1;
            yield return new JobProgressed
            {
                JobId = jobs[(int)(_told % jobs.Count)],
                Epoch = 1,
                Segments = [.. Enumerable.Range(0, Segments).Select(no => new SegmentProgress { ObjectNo = 0, SegmentNo = no, Written = Written(record, no) })],
            };
        }
    }

    /// <summary>Events that the jobs' rows do not show yet.</summary>
    public async Task<long> WaitingAsync(CancellationToken cancellationToken) =>
        _told - await state.ScalarAsync<long>($"select sum(written)::bigint from coordinator.sync_job where job_id in ({Ids})", cancellationToken);

    /// <summary>Throws unless each job and each segment shows exactly what was told.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var records = _told / jobs.Count;
        for (var no = 0; no < Segments; no++)
        {
            var wrong = await state.ScalarAsync<long>(
                $"select count(*) from coordinator.job_segment where job_id in ({Ids}) and segment_no = {no} and written <> {Written(records, no)}", cancellationToken);
            if (wrong > 0) throw new BenchException($"{wrong} segments do not show what was told of them.");
        }
    }

    string Ids => string.Join(", ", jobs.Select(job => $"'{job}'"));

    // One more record each time, in each segment in turn.
    static long Written(long record, int segment) => (record + Segments - 1 - segment) / Segments;
}
