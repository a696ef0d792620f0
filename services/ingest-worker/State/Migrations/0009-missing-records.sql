-- Of a replay: how many records the segment was to read that the source does not have.
alter table ingest.segment add column missing bigint not null default 0;
