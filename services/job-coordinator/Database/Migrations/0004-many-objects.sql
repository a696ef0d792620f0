-- What comes next of a job is found without looking at all that is done: jobs of thousands of objects take thousands of such looks.
create index segment_by_state on coordinator.job_segment (job_id, attempt, state, object_no, segment_no);

create index segment_deferred on coordinator.job_segment (job_id, attempt) where deferred > 0;
