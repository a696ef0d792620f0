-- After each segment a job of thousands of objects asks for the lowest level that is not done, and for what to do next in it. The
-- column has a name of its own: a coordinator of before joins segments and objects by the names they share.
drop index coordinator.segment_by_state;
alter table coordinator.job_segment add column load_level int not null default 0;
update coordinator.job_segment s set load_level = o.level
from coordinator.job_object o join coordinator.sync_job j on j.job_id = o.job_id
where o.job_id = s.job_id and o.object_no = s.object_no and o.level <> 0 and j.finished_at is null;
create index segment_by_state on coordinator.job_segment (job_id, attempt, state, load_level, object_no, segment_no);
create index segment_delayed on coordinator.job_segment (job_id, attempt, not_before) where not_before is not null;
