-- When a stop is to be confirmed by, or a running job to move again, and when its saga was last told that the time has passed. Both are
-- null where there is nothing to wait for, and where the alert went out.
alter table coordinator.sync_job
    add column deadline_at timestamptz,
    add column deadline_told_at timestamptz,
    -- Of the version that the job is pinned to; a stop asks for nothing more than its row.
    add column drain_deadline interval not null default '60 seconds',
    add column escalates boolean not null default false,
    -- Of stops from before: null, and derived from what they end in.
    add column stop_cause text check (stop_cause in ('Command', 'Deadline', 'Error', 'Superseded')),
    -- Since when the destination of a stop that is not confirmed cannot be reached.
    add column stop_doubted_at timestamptz;

update coordinator.sync_job j
set drain_deadline = (v.cancel ->> 'drainDeadline')::interval, escalates = (v.cancel ->> 'escalate')::boolean,
    deadline_at = case
        when j.state in ('Pausing', 'Canceling') then j.stop_requested_at + (v.cancel ->> 'drainDeadline')::interval
        when j.state in ('Initializing', 'Processing', 'Collecting') then now() + interval '15 minutes' end
from coordinator.pipeline_version v
where v.pipeline_id = j.pipeline_id and v.version = j.pipeline_version and j.finished_at is null and v.cancel is not null;

create index job_deadline on coordinator.sync_job (deadline_at) where deadline_at is not null;

-- One row a stop, however many commands have made it what it was: made with the first of them, and ended by what confirms it.
create table coordinator.job_stop (
    stop_id bigint generated always as identity primary key,
    job_id uuid not null references coordinator.sync_job,
    project text not null,
    pipeline text not null,
    request_id uuid,
    attempt int not null,
    -- To which the fence was moved last in its name.
    epoch int not null,
    -- Where it hit the job.
    state text not null,
    phase text not null,
    intent text not null check (intent in ('Pause', 'Cancel', 'Discard', 'Fail')),
    kind text check (kind in ('Extraction', 'Launched')),
    mode text not null check (mode in ('Graceful', 'Force')),
    cause text not null check (cause in ('Command', 'Deadline', 'Error', 'Superseded')),
    actor text not null,
    reason text,
    first_requested_at timestamptz not null,
    -- Of a stop by force: when force was asked for. Else the same as the first.
    requested_at timestamptz not null,
    confirmed_at timestamptz,
    -- Nothing was in flight, nobody had to be asked.
    at_once boolean not null,
    -- Graceful at first.
    escalated boolean not null default false,
    abandoned boolean not null default false,
    constraint kind_iff_cancel check ((kind is not null) = (intent = 'Cancel')),
    constraint at_once_is_confirmed check (not at_once or confirmed_at is not null)
);

create unique index open_stop on coordinator.job_stop (job_id) where confirmed_at is null;
create index stop_of_job on coordinator.job_stop (job_id, stop_id);
create index stop_requested on coordinator.job_stop (requested_at, stop_id);
create index stop_of_pipeline on coordinator.job_stop (project, pipeline, requested_at, stop_id);

-- Stops that are under way now.
insert into coordinator.job_stop (job_id, project, pipeline, request_id, attempt, epoch, state, phase, intent, kind, mode, cause, actor, reason,
                                  first_requested_at, requested_at, at_once)
select job_id, project, pipeline, request_id, attempt, epoch, coalesce(resume_to, state), phase, intent,
       case when intent = 'Cancel' then case when request_id is null then 'Extraction' else 'Launched' end end, coalesce(mode, 'Graceful'),
       case intent when 'Fail' then 'Error' else 'Command' end, coalesce(stop_actor, 'headgate'), stop_reason, stop_requested_at, stop_requested_at, false
from coordinator.sync_job
where state in ('Pausing', 'Canceling') and intent is not null and stop_requested_at is not null;
