-- A log that is kept no longer is nobody's from the moment that says so, and then removed: a repair that begins meanwhile finds either all of it
-- or is refused.
alter table coordinator.sync_job
    add column log_removed boolean not null default false,
    add constraint logs_are_given_up_before_they_are_removed check (not log_removed or log_purged_at is not null);
drop index coordinator.log_to_purge;
create index log_to_purge on coordinator.sync_job (pipeline_id, finished_at)
    where finished_at is not null and launched_at is not null and not log_removed;
