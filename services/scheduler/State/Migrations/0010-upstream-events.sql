-- Triggers of the rules in force, one row each, so that an event finds those that may mean it without reading all rules.
create table scheduler.event_trigger (
    pipeline_id uuid not null references scheduler.start_rule on delete cascade,
    event text not null,
    subject text,
    -- What has no * in it is found by the index; null: it has, or is left out, and is compared by the service.
    event_literal text generated always as (case when strpos(event, '*') = 0 then event end) stored,
    subject_literal text generated always as (case when strpos(subject, '*') = 0 then subject end) stored
);
create index event_trigger_literal on scheduler.event_trigger (event_literal, subject_literal);
create index event_trigger_of_pipeline on scheduler.event_trigger (pipeline_id);

create function scheduler.index_triggers() returns trigger language plpgsql as $$
begin
    delete from scheduler.event_trigger where pipeline_id = new.pipeline_id;
    insert into scheduler.event_trigger (pipeline_id, event, subject)
    select distinct new.pipeline_id, t ->> 'event', t ->> 'subject' from jsonb_array_elements(new.triggers) t where not new.deleted;
    return null;
end $$;
create trigger start_rule_triggers after insert or update of triggers, deleted on scheduler.start_rule
    for each row execute function scheduler.index_triggers();
insert into scheduler.event_trigger (pipeline_id, event, subject)
select distinct r.pipeline_id, t ->> 'event', t ->> 'subject' from scheduler.start_rule r, jsonb_array_elements(r.triggers) t where not r.deleted;

-- Every event once, by its id, for as long as a repeat of it is told from a new one.
create table scheduler.upstream_event (
    event_no bigint generated always as identity primary key,
    event_id text not null unique check (length(event_id) between 1 and 200),
    type text not null check (length(type) between 1 and 200),
    subject text check (length(subject) between 1 and 200),
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    repeats int not null default 0
);
create index upstream_event_received on scheduler.upstream_event (received_at);
create index upstream_event_type on scheduler.upstream_event (type, event_no);

-- The runs that an event asked for. The coordinator is asked until it has answered: it may be away, and the broker may lose what was sent.
create table scheduler.event_run (
    run_id uuid primary key,
    event_no bigint not null references scheduler.upstream_event on delete cascade,
    pipeline_id uuid not null,
    project text not null,
    pipeline text not null,
    tries int not null default 0,
    not_before timestamptz not null,
    answered_at timestamptz,
    outcome text check (outcome in ('Started', 'Resumed', 'Skipped', 'Refused')),
    job_id uuid,
    sentence text,
    unique (event_no, pipeline_id),
    check ((answered_at is null) = (outcome is null))
);
create index event_run_open on scheduler.event_run (not_before) where answered_at is null;
create index event_run_of_project on scheduler.event_run (project, event_no);
