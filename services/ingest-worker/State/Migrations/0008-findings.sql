-- What a dry run has found of a staged segment. A name or a count, never a value; gone with the segment's staging.
create table ingest.finding (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    segment_no int not null,
    copy uuid not null,
    found jsonb not null,
    primary key (job_id, attempt, object_no, segment_no)
);
