-- What the source was like for the run, as far as it was read. Of earlier runs that is not known.
alter table ingest.bound add column known jsonb;
