-- Which transaction wrote a job's row last. Whoever has looked at the jobs before compares it with the snapshot of that look: what the
-- snapshot did not see is new, however late its transaction has committed. Of rows from before: 0, seen by everybody.
alter table coordinator.sync_job
    add column changed xid8 not null default '0',
    add column estimated bigint,
    add column fence_counts jsonb,
    add column deleted_at timestamptz,
    add constraint only_ended_jobs_are_deleted check (deleted_at is null or finished_at is not null);

create function coordinator.mark_changed() returns trigger language plpgsql as $$
begin
    new.changed := pg_current_xact_id();
    return new;
end $$;
create trigger job_changed before insert or update on coordinator.sync_job
    for each row execute function coordinator.mark_changed();

-- Summed up once: a watched job of thousands of objects would sum them several times a second. Without one where an object's is unknown.
update coordinator.sync_job j set estimated = e.rows
from (select job_id, case when bool_and(full_read and estimated_rows >= 0) then sum(estimated_rows)::bigint end as rows
      from coordinator.job_object group by job_id) e
where e.job_id = j.job_id and e.rows is not null;

-- What has changed since a look. Keys only rise, so that what is read lies at the end. With it no update of a job is heap-only any more;
-- those of a saga move wake_at, which is indexed, and never were.
create index job_changed on coordinator.sync_job (changed);
-- A job by its Request ID; also keeps that name unique.
create unique index job_of_request on coordinator.sync_job (request_id) where request_id is not null;
-- A pipeline's jobs, and the last one of it.
create index job_of_pipeline on coordinator.sync_job (pipeline_id, created_at, job_id);
-- Jobs that have not ended are few, and are read past those that a filter does not let through.
create index job_open on coordinator.sync_job (created_at, job_id) where finished_at is null;
-- Those that have ended are many: one look for each state and kind goes straight to those that are let through, however rare they are. A
-- job is in these two only once it has ended, so that its saga does not pay for them before.
create index job_ended on coordinator.sync_job (state, kind, created_at, job_id) where finished_at is not null and deleted_at is null;
create index job_ended_of_project on coordinator.sync_job (project, state, kind, created_at, job_id)
    where finished_at is not null and deleted_at is null;
-- Empty until somebody deletes jobs; without it lists with deleted ones would read all jobs.
create index job_deleted on coordinator.sync_job (created_at, job_id) where deleted_at is not null;
-- Pipelines that take no runs, among very many that do.
create index pipeline_standing on coordinator.pipeline (project, name) where state <> 'Enabled';
-- A pipeline's runs that were skipped last, among those of years.
create index skipped_of_pipeline on coordinator.skipped_run (pipeline_id, at);

-- The text is what a version was applied from; those of before have none. The rest is what lists show of a definition, which is large where
-- there are thousands of objects.
alter table coordinator.pipeline_version
    add column file_name text,
    add column document text,
    add column source jsonb generated always as (definition -> 'source') stored,
    add column destination jsonb generated always as (definition -> 'destination') stored,
    add column schedule jsonb generated always as (definition -> 'schedule') stored,
    add column cancel jsonb generated always as (definition -> 'cancel') stored,
    add column max_failures int generated always as ((definition ->> 'maxFailures')::int) stored,
    add column object_count int generated always as
        (jsonb_array_length(jsonb_path_query_array(definition, '$.objects[*] ? (@.include == true)'))) stored;

-- What was commanded, with what makes a difference: a cancel's mode.
alter table coordinator.job_command add column operation text;

-- Tokens of pages and streams are sealed with it: the same for all coordinators, and after they have been restarted. Two random UUIDs.
create table coordinator.token_key (
    only_one boolean primary key default true check (only_one),
    key bytea not null
);
insert into coordinator.token_key (key) values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
