-- What a comparison of staged records with the destination has found of each object, as JSON: names and counts, never a value.
create table coordinator.job_finding (
    job_id uuid not null references coordinator.sync_job,
    attempt int not null,
    object_no int not null,
    found jsonb not null,
    primary key (job_id, attempt, object_no)
);
