using Headgate.Bench.Stack;

namespace Headgate.Bench.Calls;

/// <summary>Jobs to be asked for, put straight into the coordinator's tables; nobody works at them.</summary>
static class CallState
{
    public const string Project = "calls";

    /// <summary>The project of the one job that is watched.</summary>
    public const string WatchedProject = "watched";

    /// <summary>Jobs that have ended, each of a pipeline of its own, with three objects and two commands.</summary>
    public const int Jobs = 1_000;

    public static Task FillAsync(Database state, CancellationToken cancellationToken) => state.ExecuteAsync(
        $$"""
          create temp table called as
          select n, gen_random_uuid() as pipeline_id, gen_random_uuid() as job_id, case when n = 0 then '{{WatchedProject}}' else '{{Project}}' end as project, 'calls-' || n as name
          from generate_series(0, {{Jobs}}) n;
          insert into coordinator.pipeline (pipeline_id, project, name, version, state) select pipeline_id, project, name, 1, 'Enabled' from called;
          insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
          select pipeline_id, 1, jsonb_build_object(
              'project', project, 'name', name, 'maxFailures', 3, 'source', jsonb_build_object('connector', 'postgres', 'connection', 'env:S'),
              'destination', jsonb_build_object('connector', 'postgres', 'connection', 'env:D'),
              'objects', jsonb_build_array(jsonb_build_object('from', 'a', 'to', 'a', 'include', true)),
              'load', jsonb_build_object('maxRowsPerSecond', 0), 'cancel', jsonb_build_object('drainDeadline', '00:01:00')), 'bench'
          from called;
          insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt, epoch,
              phase, request_id, launched_at, extracted, written, updated, created_at, started_at, finished_at)
          select job_id, case when n = 0 then 'Paused' else 'Completed' end, nextval('coordinator.job_no'), pipeline_id, 1, project, name, 'Incremental',
              'Schedule', 'headgate', 1, 2, 'None', gen_random_uuid(), now(), 1000, 1000, 1000, now() - n * interval '1 s', now(), case when n > 0 then now() end
          from called;
          insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
          select job_id, o, 'Extracted', 'public.records' || o, 'public.records' || o, 'public.records' || o from called, generate_series(0, 2) o;
          insert into coordinator.job_command (job_id, command, actor, state_before, state_after, outcome, sentence)
          select job_id, 'PauseJob', 'bench', 'Processing', 'Pausing', 'Accepted', 'It pauses.' from called, generate_series(1, 2);
          drop table called;
          analyze
          """,
        cancellationToken);

    public static Task<IReadOnlyList<Guid>> IdsAsync(Database state, CancellationToken cancellationToken) => state.ListAsync(
        $"select job_id from coordinator.sync_job where project = '{Project}' order by job_no limit 100", row => row.GetGuid(0), cancellationToken);

    public static Task<Guid> WatchedAsync(Database state, CancellationToken cancellationToken) => state.ScalarAsync<Guid>(
        $"select job_id from coordinator.sync_job where project = '{WatchedProject}'", cancellationToken);
}
