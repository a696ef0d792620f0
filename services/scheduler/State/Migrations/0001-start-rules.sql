-- By what the runs of each pipeline start: the coordinator tells it whole, with a revision, and what is not above the last is dropped. One
-- of a deleted pipeline stays, so that what comes late does not bring it back.
create table scheduler.start_rule (
    pipeline_id uuid primary key,
    project text not null,
    pipeline text not null,
    revision int not null,
    -- Null: no run comes due.
    schedule jsonb,
    since timestamptz not null,
    anchor timestamptz not null,
    triggers jsonb not null default '[]',
    deleted boolean not null default false,
    -- Of what came due until then each is sent or recorded as missed; null: nothing has come due.
    last_due timestamptz,
    -- What comes due next, and when it is fired, which is later by its jitter.
    next_due timestamptz,
    next_fire timestamptz,
    -- Whose alarm it is that looks at it.
    alarm smallint not null generated always as ((uuid_hash(pipeline_id) & 15)::smallint) stored,
    constraint fired_after_due check (next_fire >= next_due),
    constraint due_together check ((next_due is null) = (next_fire is null)),
    constraint due_by_schedule check (next_due is null or schedule is not null)
);
create index start_rule_next on scheduler.start_rule (alarm, next_fire) where next_fire is not null;
