-- An object that an incompatible change keeps out of the run, with the reason. It stays out for as long as another one goes on.
alter table coordinator.job_object
    drop constraint job_object_state_check,
    add constraint job_object_state_check check (state in ('Unplanned', 'Extracting', 'Extracted', 'Blocked')),
    add column blocked_code text,
    add column blocked_sentence text,
    add constraint blocked_has_reason check ((state = 'Blocked') = (blocked_sentence is not null) and (blocked_code is null) = (blocked_sentence is null));

-- What the job works on is gone.
alter table coordinator.sync_job
    drop constraint sync_job_stop_cause_check,
    add constraint sync_job_stop_cause_check check (stop_cause in ('Command', 'Deadline', 'Error', 'Superseded', 'SubjectGone'));
alter table coordinator.job_stop
    drop constraint job_stop_cause_check,
    add constraint job_stop_cause_check check (cause in ('Command', 'Deadline', 'Error', 'Superseded', 'SubjectGone'));
