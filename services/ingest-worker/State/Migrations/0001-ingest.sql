-- What a job's attempt needs to be read and written. The row outlives the attempt: its released_epoch tells stale messages.
create table ingest.attempt (
    job_id uuid not null,
    attempt int not null check (attempt >= 1),
    pipeline_id uuid,
    pipeline jsonb,
    released_epoch int,
    primary key (job_id, attempt),
    constraint planned_as_a_whole check ((pipeline_id is null) = (pipeline is null))
);

-- Snapshots that a worker holds open, by lease.
create table ingest.snapshot (
    id uuid primary key,
    job_id uuid not null,
    attempt int not null,
    epoch int not null,
    name text not null,
    worker text not null,
    opened_at timestamptz not null default now(),
    lease_until timestamptz not null,
    released_at timestamptz
);
create index snapshot_of_job on ingest.snapshot (job_id);

-- An object's plan under one snapshot, named by its first segment's number: whoever asks for that number again, in whatever
-- company, is answered with this plan and no other. A plan of higher numbers supersedes it.
create table ingest.object (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    first_segment_no int not null,
    snapshot uuid not null,
    plan jsonb not null,
    described jsonb not null,
    role text not null,
    superseded boolean not null default false,
    primary key (job_id, attempt, object_no, first_segment_no)
);
create index object_by_snapshot on ingest.object (snapshot);
create unique index one_plan_in_force on ingest.object (job_id, attempt, object_no) where not superseded;

-- Where the read of an object ended: later runs begin from it, so it is never deleted with its attempt.
create table ingest.bound (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    source text not null,
    target text not null,
    upper timestamptz not null,
    primary key (job_id, attempt, object_no)
);

create table ingest.segment (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    segment_no int not null check (segment_no >= 0),
    snapshot uuid not null,
    range jsonb not null,
    copy uuid,
    epoch int,
    rows bigint,
    bytes bigint,
    digest bytea,
    next_segment_no int,
    primary key (job_id, attempt, object_no, segment_no),
    constraint staged_as_a_whole check (num_nulls(copy, epoch, rows, bytes, digest) in (0, 5))
);
create index segment_to_extract on ingest.segment (snapshot) where copy is null;
