-- Workers that live, by lease. Each keeps a file of its number in its staging directory, by which the others see that they share one.
create table ingest.worker (
    worker_id uuid primary key,
    name text not null,
    started_at timestamptz not null default now(),
    lease_until timestamptz not null
);
