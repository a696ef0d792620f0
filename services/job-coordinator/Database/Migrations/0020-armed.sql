-- What each destination that a pipeline's files refer to was when the pipeline was first launched there, or last armed anew by an
-- operator; and what it was found to be since, if that is something else.
create table coordinator.armed_destination (
    pipeline_id uuid not null references coordinator.pipeline,
    reference text not null,
    identity text not null,
    history text not null,
    armed_at timestamptz not null default now(),
    rearmed_at timestamptz,
    found_identity text,
    found_history text,
    found_at timestamptz,
    primary key (pipeline_id, reference),
    constraint found_together check (num_nulls(found_identity, found_history, found_at) in (0, 3))
);

create index stop_unconfirmed on coordinator.sync_job (destination) where stop_unconfirmed;
