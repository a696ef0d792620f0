-- The fields that a run read, so that one that is mapped later is not taken for read. Of earlier runs that is not known.
alter table ingest.bound add column fields text[] not null default '{}';
