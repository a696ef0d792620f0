-- Who was launched last to write a table: where that was another pipeline, its offsets say nothing about the table any more.
create table coordinator.target_writer (
    destination text not null,
    target text not null,
    pipeline_id uuid not null references coordinator.pipeline,
    primary key (destination, target)
);

-- Nobody knows who wrote the tables so far: once, all is read. Only of jobs that are under way it is known.
delete from coordinator.object_offset;
update coordinator.job_object set offset_job_id = null, offset_attempt = null where state = 'Unplanned' and offset_job_id is not null;
insert into coordinator.target_writer (destination, target, pipeline_id)
select t.destination, t.target, t.pipeline_id
from coordinator.pipeline_target t
join coordinator.sync_job j on j.pipeline_id = t.pipeline_id and j.pipeline_version = t.version
where j.launched_at is not null and j.finished_at is null
on conflict do nothing;
