-- Rows of the destination that a full read did not bring, deleted or marked.
alter table coordinator.sync_job add column vanished bigint not null default 0;
alter table coordinator.job_object
    add column vanished bigint not null default 0,
    -- A new table is loaded for it, which takes the old one's place at the end.
    add column replaced boolean not null default false;
alter table coordinator.job_attempt add column vanished bigint not null default 0;

-- Usage is summed up from the index alone.
drop index coordinator.usage_of_ended;
create index usage_of_ended on coordinator.sync_job (finished_at)
    include (project, pipeline, state, extracted, written, inserted, updated, unchanged, rejected, vanished, in_doubt)
    where finished_at is not null;
