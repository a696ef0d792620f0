-- Why whoever asked for a run did, as they said. Of runs from before: not known.
alter table coordinator.sync_job add column trigger_reason text;
alter table coordinator.skipped_run add column trigger_reason text;
