-- Who was launched last to write a table: where that was another pipeline, its offsets say nothing about the table any more.
create table coordinator.target_writer (
    destination text not null,
    target text not null,
    pipeline_id uuid not null references coordinator.pipeline,
    primary key (destination, target)
);

-- Nobody knows who wrote the tables so far: once, all is read.
delete from coordinator.object_offset;
