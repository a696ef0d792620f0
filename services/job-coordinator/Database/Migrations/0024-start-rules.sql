-- By what a pipeline's runs start by themselves. The scheduler is told of each change of it, all of it under a revision that rises.
alter table coordinator.pipeline
    add column start_revision int not null default 1,
    -- The schedule's switch, which no file moves.
    add column schedule_paused boolean not null default false,
    add column schedule_switched_by text,
    add column schedule_switch_reason text,
    add column schedule_switched_at timestamptz,
    -- What came due until then is not this schedule's; and from when the intervals of `every` are counted, which no switch moves.
    add column schedule_since timestamptz not null default now(),
    add column schedule_anchor timestamptz not null default now(),
    add constraint schedule_switched_by_somebody check ((schedule_switched_by is null) = (schedule_switched_at is null));

-- Beside those of 0011: read for all pipelines at once, where a file's text would be too much.
alter table coordinator.pipeline_version add column triggers jsonb generated always as (definition -> 'triggers') stored;

-- What is owed is about a job or about a pipeline.
alter table coordinator.obligation
    alter column job_id drop not null,
    add column pipeline_id uuid references coordinator.pipeline,
    add constraint about_one_thing check (num_nonnulls(job_id, pipeline_id) = 1);

-- As in 0021, and the scheduler answers that it has kept a change: one that the broker lost would leave runs that never come due.
drop index coordinator.obligation_unanswered;
alter table coordinator.obligation drop column awaits_answer;
alter table coordinator.obligation add awaits_answer boolean not null generated always as (
    message in ('Headgate.Contracts.Jobs.ReleaseJob', 'Headgate.Contracts.Starts.StartRulesChanged')
    or message in (
        'Headgate.Contracts.Jobs.ExtractionCanceled', 'Headgate.Contracts.Jobs.JobFailed',
        'Headgate.Contracts.Jobs.JobDeadlinePassed', 'Headgate.Contracts.Jobs.StopUnconfirmed')
        and coalesce(body -> 'notify' ->> 'email', body -> 'notify' ->> 'webhook') is not null) stored;
create index obligation_unanswered on coordinator.obligation (done_at) where answered_at is null and awaits_answer;

-- Runs that came due and were not started: one that is missed with others is in one row with them.
alter table coordinator.skipped_run
    add column runs int not null default 1 check (runs >= 1),
    add column first_due timestamptz,
    add column last_due timestamptz,
    -- By which rule; of runs from before: a job of the pipeline was active.
    add column rule text;
create index skipped_run_at on coordinator.skipped_run (at);
