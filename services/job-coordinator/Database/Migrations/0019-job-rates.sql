-- A job's own ceiling in records a second, 0: none; null: that of its version of the pipeline file. It stays with the job through stops,
-- resumes and new attempts. Its number rises with each setting, so that workers tell the later of two that overtake each other.
alter table coordinator.sync_job
    add column max_rows_per_second int check (max_rows_per_second >= 0),
    add column rate_no int not null default 0;
