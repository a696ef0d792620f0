-- The definition of thousands of objects is large; how to load them is asked for with each segment.
alter table coordinator.pipeline_version add column load jsonb generated always as (definition -> 'load') stored;
