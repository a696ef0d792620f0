-- What has come due and the coordinator is not known to have: runs, and records of those that were missed. Written down by the transaction that
-- moves last_due, before anything is sent: who dies in between, a broker that loses what it has confirmed, and a second try change nothing
-- of what was decided. A row goes when the coordinator says that it knows it.
create table scheduler.due_run (
    -- Of the run, or of the record.
    run_id uuid primary key,
    pipeline_id uuid not null,
    -- The message that it is sent by.
    body jsonb not null,
    is_record boolean not null,
    -- How often the broker has had it.
    tries int not null default 0,
    -- When it is sent, if whoever wrote it down has not; once sent: when the coordinator is asked for it.
    not_before timestamptz not null,
    alarm smallint not null generated always as ((uuid_hash(pipeline_id) & 15)::smallint) stored
);
create index due_run_unsent on scheduler.due_run (alarm, not_before) where tries = 0;
create index due_run_sent on scheduler.due_run (not_before) where tries > 0;
