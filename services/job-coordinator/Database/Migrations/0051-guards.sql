-- What guards saw of a job: one row for each measure of an attempt, of many objects the one that stands out.
create table coordinator.guard_judgement (
    job_id uuid not null references coordinator.sync_job,
    attempt int not null,
    guard text not null,
    measure text not null,
    outcome text not null check (outcome in ('Passed', 'Tripped', 'NotYet')),
    action text not null check (action in ('Notify', 'Hold', 'Pause', 'Cancel', 'Force')),
    observed float8 not null,
    allowed float8 not null,
    object text,
    field text,
    sentence text not null,
    -- Of what tripped: which cancel fits.
    cause text,
    at timestamptz not null default now(),
    -- When somebody was told of it.
    told_at timestamptz,
    passed_by text,
    passed_reason text,
    passed_at timestamptz,
    primary key (job_id, attempt, guard, measure),
    check (outcome <> 'Tripped' or cause is not null),
    check (passed_by is null or outcome = 'Tripped' and passed_reason is not null and passed_at is not null));

-- What completed runs have brought of an object, apart by whether they read all of it: the last of them, and the largest of each day.
create table coordinator.object_history (
    pipeline_id uuid not null references coordinator.pipeline,
    name text not null,
    full_read boolean not null,
    -- The latest first, each with when it ended.
    rows bigint[] not null,
    ended timestamptz[] not null,
    -- The same: what one run of the day brought at most, and all of them.
    days date[] not null default '{}',
    day_rows bigint[] not null default '{}',
    day_sums bigint[] not null default '{}',
    -- Of runs that read what had changed: what they have inserted since the last one that read all.
    grown bigint not null default 0,
    primary key (pipeline_id, name, full_read),
    check (cardinality(rows) = cardinality(ended) and cardinality(days) = cardinality(day_rows) and cardinality(days) = cardinality(day_sums)));

insert into coordinator.object_history (pipeline_id, name, full_read, rows, ended)
select pipeline_id, name, full_read, array_agg(rows order by no), array_agg(ended order by no)
from (
    select *, row_number() over (partition by pipeline_id, name, full_read order by ended desc) as no
    from (
        select j.pipeline_id, coordinator.object_name(o.object_key) as name, o.full_read, j.finished_at as ended, coalesce(sum(s.rows), 0)::bigint as rows
        from coordinator.sync_job j join coordinator.job_object o using (job_id)
        left join coordinator.job_segment s on s.job_id = j.job_id and s.attempt = j.attempt and s.object_no = o.object_no and s.state <> 'Abandoned'
        where j.state = 'Completed' and j.kind in ('Historical', 'Incremental', 'Resync') and o.state = 'Extracted'
        group by j.pipeline_id, j.job_id, j.finished_at, o.object_no, o.object_key, o.full_read) run) numbered
where no <= 30
group by pipeline_id, name, full_read;

alter table coordinator.sync_job
    -- How many measures have tripped in the present attempt, and which cancel the last one that was not let pass recommends.
    add column guard_trips int not null default 0,
    add column guard_cause text,
    -- The least of its objects' limits: while no more is staged, no object can have passed its own. Null: none has one.
    add column volume_limit bigint;

-- How many records there usually are, and how many there may be; null: too few runs to judge by.
alter table coordinator.job_object add column volume jsonb;

-- As load and cancel: asked for with every job, where a file's text would be too much.
alter table coordinator.pipeline_version add column guards jsonb generated always as (definition -> 'guards') stored;

-- As in 0024, and the notifier answers for what guards say too.
drop index coordinator.obligation_unanswered;
alter table coordinator.obligation drop column awaits_answer;
alter table coordinator.obligation add awaits_answer boolean not null generated always as (
    message in ('Headgate.Contracts.Jobs.ReleaseJob', 'Headgate.Contracts.Starts.StartRulesChanged')
    or message in (
        'Headgate.Contracts.Jobs.ExtractionCanceled', 'Headgate.Contracts.Jobs.JobFailed',
        'Headgate.Contracts.Jobs.JobDeadlinePassed', 'Headgate.Contracts.Jobs.StopUnconfirmed', 'Headgate.Contracts.Guards.GuardTripped')
        and coalesce(body -> 'notify' ->> 'email', body -> 'notify' ->> 'webhook') is not null) stored;
create index obligation_unanswered on coordinator.obligation (done_at) where answered_at is null and awaits_answer;
