-- Refreshes of schemas that ended after their job had been stopped. Taken once by whoever goes on with the job within a minute; what nobody
-- takes is deleted when the next one is kept.
create table ingest.refreshed_schema (
    job_id uuid not null,
    attempt int not null,
    refreshed jsonb not null,
    refreshed_at timestamptz not null default now(),
    primary key (job_id, attempt)
);
