-- A table of a destination belongs to one pipeline. The destination is told by what it is and no longer by how a file refers to it,
-- so earlier claims cannot be carried over: each pipeline claims its tables when it is applied or launched the next time.
drop table coordinator.pipeline_target;

create table coordinator.pipeline_target (
    pipeline_id uuid not null,
    version int not null,
    destination text not null,
    target text not null,
    -- Whether the pipeline's last apply said so; otherwise it is kept for a job.
    latest boolean not null,
    primary key (pipeline_id, version, destination, target),
    foreign key (pipeline_id, version) references coordinator.pipeline_version
);

create index target_of_destination on coordinator.pipeline_target (destination, target);
