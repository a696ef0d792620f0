-- What earlier attempts of a job have moved: it stays at the destination, and is counted.
create table coordinator.job_attempt (
    job_id uuid not null references coordinator.sync_job,
    attempt int not null check (attempt >= 1),
    extracted bigint not null,
    written bigint not null,
    inserted bigint not null,
    updated bigint not null,
    unchanged bigint not null,
    rejected bigint not null,
    in_doubt bigint not null,
    ended_at timestamptz not null default now(),
    primary key (job_id, attempt)
);

alter table coordinator.sync_job
    add column in_doubt bigint not null default 0,
    add column doubts_due_at timestamptz;

-- Jobs of which the destination is still to be asked what it has: few, and gone when it has answered.
create index doubts_due on coordinator.sync_job (doubts_due_at) where doubts_due_at is not null and finished_at is not null;

-- Usage of a month of a million jobs is summed up from this index alone. A job enters it once, when it ends.
create index usage_of_ended on coordinator.sync_job (finished_at)
    include (project, pipeline, state, extracted, written, inserted, updated, unchanged, rejected, in_doubt) where finished_at is not null;
