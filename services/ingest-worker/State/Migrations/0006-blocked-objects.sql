-- Objects that were found blocked: whoever asks for them again in the same epoch is answered so again. In a later one they are looked at anew.
create table ingest.blocked_object (
    job_id uuid not null,
    attempt int not null,
    object_no int not null,
    epoch int not null,
    problem jsonb not null,
    role text not null,
    primary key (job_id, attempt, object_no)
);
