alter table coordinator.sync_job add column destination text;
