-- A deleted pipeline keeps its row, for its jobs; its name is free.
alter table coordinator.pipeline add column deleted_at timestamptz;
alter table coordinator.pipeline drop constraint pipeline_project_name_key;
create unique index pipeline_by_name on coordinator.pipeline (project, name) where deleted_at is null;
-- All that have ever had a name: the jobs of a name are theirs.
create index pipeline_of_name on coordinator.pipeline (project, name);
drop index coordinator.pipeline_standing;
create index pipeline_standing on coordinator.pipeline (project, name) where state <> 'Enabled' and deleted_at is null;

-- Why a version was applied, as the caller said.
alter table coordinator.pipeline_version add column reason text;

-- Runs for which a failed job was resumed: one that is asked for again is answered so again, and not with the job that it resumed.
create table coordinator.resumed_run (
    run_id uuid primary key,
    job_id uuid not null,
    at timestamptz not null default now()
);
