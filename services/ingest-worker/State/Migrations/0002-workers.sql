-- Workers that live, by lease, and which staging directory each of them has: they must share one.
create table ingest.worker (
    worker_id uuid primary key,
    name text not null,
    staging_id uuid not null,
    started_at timestamptz not null default now(),
    lease_until timestamptz not null
);
