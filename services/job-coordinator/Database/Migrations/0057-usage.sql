-- Dry runs read and write nothing that anybody would be charged for.
drop index coordinator.usage_of_ended;
create index usage_of_ended on coordinator.sync_job (finished_at)
    include (project, pipeline, state, extracted, written, inserted, updated, unchanged, rejected, deleted, vanished, in_doubt)
    where finished_at is not null and kind <> 'DryRun';
