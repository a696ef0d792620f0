-- What samples of an object's completed runs have found: shares of fields, never a value.
create table coordinator.canary_history (
    pipeline_id uuid not null references coordinator.pipeline,
    name text not null,
    full_read boolean not null,
    shares jsonb not null,
    primary key (pipeline_id, name, full_read));

-- How long a pipeline's completed runs took, and how fast they wrote, apart by whether they were incremental; the latest first.
create table coordinator.run_history (
    pipeline_id uuid not null references coordinator.pipeline,
    incremental boolean not null,
    ran_ms bigint[] not null,
    rates float8[] not null default '{}',
    latencies float8[] not null default '{}',
    primary key (pipeline_id, incremental));

-- Pauses are in it, as nobody has kept how long they were.
insert into coordinator.run_history (pipeline_id, incremental, ran_ms)
select pipeline_id, incremental, array_agg(ran_ms order by no)
from (
    select pipeline_id, kind = 'Incremental' as incremental, (extract(epoch from finished_at - started_at) * 1000)::bigint as ran_ms,
           row_number() over (partition by pipeline_id, kind = 'Incremental' order by finished_at desc) as no
    from coordinator.sync_job where state = 'Completed' and kind in ('Historical', 'Incremental', 'Resync') and started_at is not null) run
where no <= 100
group by pipeline_id, incremental;

alter table coordinator.sync_job
    -- How long the attempt was under way, up to the last stop, and since when it is again; null: it is not.
    add column ran interval not null default '0',
    add column running_since timestamptz,
    -- The same of the time in which segments are written.
    add column loaded_for interval not null default '0',
    add column loading_since timestamptz,
    -- How long the destination took for what is written, of all connections together.
    add column busy_ms bigint not null default 0,
    -- When guards look at it next, and when the watch last sent word of it.
    add column guards_due_at timestamptz,
    add column guards_told_at timestamptz,
    -- What was written when they looked last, as JSON.
    add column pace_mark jsonb;
create index guards_due on coordinator.sync_job (guards_due_at) where guards_due_at is not null;

alter table coordinator.job_segment add column busy_ms bigint not null default 0;

-- Whether the destination lacked the table, or one of its fields.
alter table coordinator.job_object add column is_new boolean not null default false;

-- As load and cancel: asked for with every job.
alter table coordinator.pipeline_version add column on_vanished text generated always as (coalesce(definition ->> 'onVanished', 'Keep')) stored;
