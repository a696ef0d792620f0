-- Of the schedule's runs, when the last one came due that the scheduler has told of: what it goes on from where it has forgotten itself.
alter table coordinator.pipeline add column schedule_last_due timestamptz;
