-- What an object is called from job to job, whatever is mapped of it: its two tables, without cursor and settings.
create function coordinator.object_name(object_key text) returns text language sql immutable
    as $$ select regexp_replace(object_key, '\|[^|]*\|[0-9A-Fa-f]{64}$', '') $$;

-- The last completed job that had the object: changes of schemas are judged by what they were then, and not by what a job that was canceled saw.
create table coordinator.completed_object (
    pipeline_id uuid not null references coordinator.pipeline,
    name text not null,
    job_id uuid not null,
    attempt int not null,
    job_no bigint not null,
    primary key (pipeline_id, name)
);
