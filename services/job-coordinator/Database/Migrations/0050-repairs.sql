-- Jobs that repair what an earlier one wrote, and dry runs, which are beside the pipeline's active job and never launched.
alter table coordinator.sync_job
    add column of_job_id uuid references coordinator.sync_job,
    -- How much of that job's writes is meant: as the call said, without the keys, which stand at the destination.
    add column scope jsonb,
    add column sample jsonb,
    add column confirmed_full_load boolean not null default false,
    add column deleted bigint not null default 0,
    -- When its change log was removed from the destination, as the pipeline's retention says.
    add column log_purged_at timestamptz,
    -- A coordinator of a version that knows nothing of these kinds runs into them as well: it can make neither a plain run of a repair nor launch
    -- a dry run.
    add constraint repairs_are_of_a_job check ((of_job_id is not null) = (kind in ('Replay', 'Rollback')) and (of_job_id is null) = (scope is null)),
    add constraint dry_runs_have_a_sample check ((sample is not null) = (kind = 'DryRun')),
    add constraint dry_runs_are_never_launched check (kind <> 'DryRun' or request_id is null);
create index repair_of_job on coordinator.sync_job (of_job_id) where of_job_id is not null;
create index log_to_purge on coordinator.sync_job (finished_at) where finished_at is not null and launched_at is not null and log_purged_at is null;

drop index coordinator.one_active_job;
create unique index one_active_job on coordinator.sync_job (pipeline_id)
    where state in ('Pending', 'Initializing', 'Processing', 'Pausing', 'Paused', 'Canceling')
      and resume_to is distinct from 'Collecting' and kind <> 'DryRun';

alter table coordinator.job_segment
    add column deleted bigint not null default 0,
    -- After which level what waits for others is tried again; null: its own.
    add column round_level int;
alter table coordinator.job_attempt add column deleted bigint not null default 0;

-- What a guard has stopped.
alter table coordinator.sync_job
    drop constraint sync_job_stop_cause_check,
    add constraint sync_job_stop_cause_check check (stop_cause in ('Command', 'Deadline', 'Error', 'Superseded', 'SubjectGone', 'Guard'));
alter table coordinator.job_stop
    drop constraint job_stop_cause_check,
    add constraint job_stop_cause_check check (cause in ('Command', 'Deadline', 'Error', 'Superseded', 'SubjectGone', 'Guard'));

-- Usage is summed up from the index alone.
drop index coordinator.usage_of_ended;
create index usage_of_ended on coordinator.sync_job (finished_at)
    include (project, pipeline, state, extracted, written, inserted, updated, unchanged, rejected, deleted, vanished, in_doubt)
    where finished_at is not null;
