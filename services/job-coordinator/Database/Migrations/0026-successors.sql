-- The run that waits for the pipeline's current job to end, as it was asked for: no other run comes between. It stands in the pipeline's row,
-- which whoever starts a run and whoever ends a job lock alike.
alter table coordinator.pipeline
    add column successor jsonb,
    add column successor_run_id uuid generated always as ((successor ->> 'runId')::uuid) stored,
    -- When the job that is in its way was last told to end.
    add column successor_told_at timestamptz;
create index pipeline_with_successor on coordinator.pipeline (successor_told_at) where successor is not null;

alter table coordinator.sync_job
    -- The run that waits for it; of a job that has ended: the one that was started by that.
    add column successor_id uuid,
    -- The job that was ended for it to start.
    add column predecessor_id uuid,
    add column drop_and_load boolean not null default false;
