-- The steps of a job that people follow one by one, of each attempt: what they show follows from the job's state and phase.
create table coordinator.job_task (
    job_id uuid not null references coordinator.sync_job,
    attempt int not null check (attempt >= 1),
    no int not null check (no >= 1),
    task text not null,
    state text not null check (state in ('Waiting', 'Running', 'Done', 'Failed', 'Skipped')),
    started_at timestamptz,
    finished_at timestamptz,
    detail text,
    primary key (job_id, attempt, no),
    unique (job_id, attempt, task),
    constraint running_has_started check (state <> 'Running' or started_at is not null and finished_at is null)
);
