-- Of a replay: records that the earlier job touched and the source does not have; of a segment, and of those of the present attempt together.
alter table coordinator.job_segment add column missing bigint not null default 0;
alter table coordinator.sync_job add column missing bigint not null default 0;
