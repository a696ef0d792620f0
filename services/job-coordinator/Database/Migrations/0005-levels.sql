-- After each segment a job of thousands of objects asks for the lowest level that is not done, and for what to do next in it.
alter table coordinator.job_segment add column level int not null default 0;
update coordinator.job_segment s set level = o.level from coordinator.job_object o where o.job_id = s.job_id and o.object_no = s.object_no;
drop index coordinator.segment_by_state;
create index segment_by_state on coordinator.job_segment (job_id, attempt, state, level, object_no, segment_no);
create index segment_delayed on coordinator.job_segment (job_id, attempt, not_before) where not_before is not null;
create index object_to_extract on coordinator.job_object (job_id, level) where state <> 'Extracted';

-- The definition of thousands of objects is large; how to load them is asked for with each segment.
alter table coordinator.pipeline_version add column load jsonb generated always as (definition -> 'load') stored;
