-- Tables that a file no longer claims, among those of all that do: each apply and each first launch at a place looks for them.
create index target_given_up on coordinator.pipeline_target (pipeline_id, version) where not latest;
-- As job_ended_of_project: a pipeline's jobs of a state and kind, however rare they are among its others. A job is in it only once it has ended.
create index job_ended_of_pipeline on coordinator.sync_job (pipeline_id, state, kind, created_at, job_id)
    where finished_at is not null and deleted_at is null;

-- Open are also the failed ones that wait for somebody, which may be those of all pipelines.
create index job_open_of_pipeline on coordinator.sync_job (pipeline_id, created_at, job_id) where finished_at is null;
create index job_open_of_project on coordinator.sync_job (project, created_at, job_id) where finished_at is null;
