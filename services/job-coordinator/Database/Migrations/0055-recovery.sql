-- That a list or a comparison of all that a job has changed was read to its end while nothing wrote any more, and what it came to; the last
-- one of each. All else that recovery shows follows from what is recorded anyway.
create table coordinator.recovery_mark (
    job_id uuid not null references coordinator.sync_job,
    step text not null check (step in ('Export', 'Diff')),
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    -- Of the job as it stood when the reading began: another attempt, or more changes, make it a part of the whole.
    attempt int not null,
    changes bigint not null,
    -- It could write no more, whatever was corrected of its counts afterwards.
    through boolean not null,
    -- Of a comparison: DiffSummary as JSON.
    summary jsonb,
    primary key (job_id, step),
    constraint compared_iff_diff check ((summary is not null) = (step = 'Diff'))
);

-- The last time that the schedule was switched off: the switch itself knows only how it was moved last.
alter table coordinator.pipeline
    add column schedule_paused_at timestamptz,
    add column schedule_paused_by text;
update coordinator.pipeline set schedule_paused_at = schedule_switched_at, schedule_paused_by = schedule_switched_by where schedule_paused;
