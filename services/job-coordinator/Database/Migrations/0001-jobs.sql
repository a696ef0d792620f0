create table coordinator.pipeline (
    pipeline_id uuid primary key,
    project text not null,
    name text not null,
    state text not null default 'Enabled' check (state in ('Enabled', 'Paused', 'Resyncing', 'Failed')),
    version int not null,
    failures int not null default 0,
    current_job_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (project, name)
);

create table coordinator.pipeline_version (
    pipeline_id uuid not null references coordinator.pipeline,
    version int not null,
    definition jsonb not null,
    applied_at timestamptz not null default now(),
    applied_by text not null,
    primary key (pipeline_id, version)
);

-- Two pipelines never write the same table: each target belongs to one.
create table coordinator.pipeline_target (
    destination text not null,
    target text not null,
    pipeline_id uuid not null references coordinator.pipeline,
    primary key (destination, target)
);

create sequence coordinator.job_no;

create table coordinator.sync_job (
    job_id uuid primary key,
    state text not null check (state in ('Pending', 'Initializing', 'Processing', 'Collecting', 'Pausing', 'Paused', 'Canceling',
                                         'Canceled', 'Failed', 'Completed', 'Discarded')),
    job_no bigint not null unique,
    pipeline_id uuid not null references coordinator.pipeline,
    pipeline_version int not null,
    project text not null,
    pipeline text not null,
    kind text not null,
    trigger text not null,
    trigger_detail text,
    actor text not null,
    attempt int not null check (attempt >= 1),
    epoch int not null check (epoch >= 0),
    phase text not null,
    request_id uuid,
    resume_to text,
    intent text,
    mode text,
    stop_actor text,
    stop_reason text,
    stop_requested_at timestamptz,
    stop_confirmed_at timestamptz,
    stop_unconfirmed boolean not null default false,
    waiting_for text,
    error text,
    error_code text,
    tries int not null default 0,
    destination_role text,
    extracted bigint not null default 0,
    written bigint not null default 0,
    inserted bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    rejected bigint not null default 0,
    ledger_mark bigint not null default -1,
    deferred_mark bigint,
    wake_at timestamptz,
    created_at timestamptz not null,
    started_at timestamptz,
    launched_at timestamptz,
    finished_at timestamptz,
    constraint finished_iff_final check ((finished_at is not null) = (state in ('Completed', 'Canceled', 'Discarded'))),
    constraint launched_iff_request_id check ((request_id is not null) = (launched_at is not null))
);

-- At most one active job a pipeline. One that was stopped while collecting has written everything and leaves the pipeline free.
create unique index one_active_job on coordinator.sync_job (pipeline_id)
    where state in ('Pending', 'Initializing', 'Processing', 'Pausing', 'Paused', 'Canceling')
      and resume_to is distinct from 'Collecting';
create index job_to_wake on coordinator.sync_job (wake_at) where wake_at is not null;

create table coordinator.job_object (
    job_id uuid not null references coordinator.sync_job,
    object_no int not null,
    state text not null check (state in ('Unplanned', 'Extracting', 'Extracted')),
    source text not null,
    destination text not null,
    object_key text not null,
    offset_job_id uuid,
    offset_attempt int,
    full_read boolean not null default true,
    level int not null default 0,
    estimated_rows bigint not null default -1,
    empty boolean not null default false,
    next_segment_no int not null default 0,
    replans int not null default 0,
    primary key (job_id, object_no)
);

create table coordinator.job_segment (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    segment_no int not null,
    state text not null check (state in ('Planned', 'Extracting', 'Sealed', 'Loading', 'Loaded', 'Abandoned')),
    copy uuid,
    rows bigint not null default 0,
    bytes bigint not null default 0,
    written bigint not null default 0,
    inserted bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    rejected bigint not null default 0,
    deferred bigint not null default 0,
    round int not null default 0,
    tries int not null default 0,
    not_before timestamptz,
    primary key (job_id, attempt, object_no, segment_no),
    foreign key (job_id, object_no) references coordinator.job_object,
    constraint sealed_has_copy check (state not in ('Sealed', 'Loading', 'Loaded') or copy is not null)
);

-- An object's offset is the upper bound of the run named here; the value itself is in the workers' database.
create table coordinator.object_offset (
    pipeline_id uuid not null references coordinator.pipeline,
    object_key text not null,
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    committed_at timestamptz not null default now(),
    primary key (pipeline_id, object_key)
);

create table coordinator.skipped_run (
    run_id uuid primary key,
    pipeline_id uuid not null references coordinator.pipeline,
    job_id uuid,
    trigger text not null,
    trigger_detail text,
    actor text not null,
    reason text not null,
    at timestamptz not null default now()
);

create table coordinator.job_command (
    command_id bigint generated always as identity primary key,
    job_id uuid not null,
    command text not null,
    actor text not null,
    reason text,
    message_id uuid unique,
    state_before text not null,
    state_after text not null,
    outcome text not null check (outcome in ('Accepted', 'AlreadySo', 'Refused')),
    sentence text not null,
    at timestamptz not null default now()
);
create index command_of_job on coordinator.job_command (job_id, command_id);

-- What must leave once: written in the transaction that owes it, marked done after the broker's confirm.
create table coordinator.obligation (
    sequence bigint generated always as identity primary key,
    obligation_id uuid not null unique,
    job_id uuid not null,
    message text not null,
    lane text,
    body jsonb not null,
    created_at timestamptz not null default now(),
    tries int not null default 0,
    not_before timestamptz not null default now(),
    done_at timestamptz
);
create index obligation_open on coordinator.obligation (not_before, sequence) where done_at is null;

create function coordinator.tell_obligation() returns trigger language plpgsql as $$
begin
    notify headgate_obligation;
    return null;
end $$;
create trigger obligation_told after insert on coordinator.obligation
    for each statement execute function coordinator.tell_obligation();
