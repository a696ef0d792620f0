-- The definition of thousands of objects is large, and each of their segments needs all but the objects.
alter table ingest.attempt add column settings jsonb generated always as (jsonb_set(pipeline, '{objects}', '[]')) stored;
