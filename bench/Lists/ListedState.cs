using Headgate.Bench.Stack;

namespace Headgate.Bench.Lists;

/// <summary>An installation of many years, put straight into the coordinator's tables: 100,000 pipelines, 1,000,000 jobs that have ended.</summary>
static class ListedState
{
    public const int Projects = 100;
    public const int Pipelines = 100_000;
    public const int Ended = 1_000_000;

    /// <summary>Jobs that have not ended: every hundredth pipeline has one that waits, runs or has failed.</summary>
    public const int Open = 1_000;

    /// <summary>Jobs of the one pipeline that runs more often than any other.</summary>
    public const int Busiest = 50_000;

    public const string Project = "listed-7";
    public const string Pipeline = "listed-7";

    // 1 in 25 was canceled, 1 in 100 discarded; 1 in 11 read everything, 1 in 5,000 was a resync.
    const string Columns =
        """
        job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt, epoch, phase, request_id,
        launched_at, extracted, written, updated, created_at, started_at, finished_at
        """;

    public static async Task FillAsync(Database state, CancellationToken cancellationToken)
    {
        await state.ExecuteAsync(
            $$"""
              insert into coordinator.pipeline (pipeline_id, project, name, version, state)
              select gen_random_uuid(), 'listed-' || n % {{Projects}}, 'listed-' || n, 1, case when n % 500 = 0 then 'Failed' else 'Enabled' end
              from generate_series(0, {{Pipelines - 1}}) n;
              insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
              select pipeline_id, 1, jsonb_build_object(
                  'project', project, 'name', name, 'maxFailures', 3, 'source', jsonb_build_object('connector', 'postgres', 'connection', 'env:S'),
                  'destination', jsonb_build_object('connector', 'postgres', 'connection', 'env:D'),
                  'objects', jsonb_build_array(jsonb_build_object('from', 'a', 'to', 'a', 'include', true)),
                  'load', jsonb_build_object('maxRowsPerSecond', 0), 'cancel', jsonb_build_object('drainDeadline', '00:01:00')), 'bench'
              from coordinator.pipeline where project like 'listed-%'
              """,
            cancellationToken);
        await state.ExecuteAsync(
            $$"""
              create temp table listed as
              select row_number() over (order by split_part(name, '-', 2)::int) - 1 as n, pipeline_id, project, name
              from coordinator.pipeline where project like 'listed-%';
              create index on listed (n);
              insert into coordinator.sync_job ({{Columns}})
              select gen_random_uuid(), case when no % 25 = 1 then 'Canceled' when no % 100 = 2 then 'Discarded' else 'Completed' end,
                     nextval('coordinator.job_no'), p.pipeline_id, 1, p.project, p.name,
                     case when no % 5000 = 3 then 'Resync' when no % 11 = 0 then 'Historical' else 'Incremental' end, 'Schedule', 'headgate', 1, 2, 'None',
                     gen_random_uuid(), at, 1000, 1000, 1000, at, at, at + interval '1 minute'
              from (select n as no, now() - ({{Ended}} - n) * interval '30 s' as at,
                           case when n % {{Ended / Busiest}} = 0 then 7 else n * 7919::bigint % {{Pipelines}} end as owner
                    from generate_series(0, {{Ended - 1}}) n) job
              join listed p on p.n = job.owner;
              insert into coordinator.sync_job ({{Columns}})
              select gen_random_uuid(), (array['Failed', 'Processing', 'Paused', 'Initializing', 'Pending'])[1 + p.n / {{Pipelines / Open}} % 5],
                     nextval('coordinator.job_no'), p.pipeline_id, 1, p.project, p.name, 'Incremental', 'Schedule', 'headgate', 1, 2, 'None',
                     null, null, 1000, 0, 0, now() - n * interval '10 s', now(), null
              from listed p where n % {{Pipelines / Open}} = 0;
              drop table listed
              """,
            cancellationToken);
        await state.ExecuteAsync("vacuum analyze coordinator.sync_job, coordinator.pipeline, coordinator.pipeline_version", cancellationToken);
    }
}
