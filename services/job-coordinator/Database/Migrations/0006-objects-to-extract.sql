create index object_to_extract on coordinator.job_object (job_id, level) where state <> 'Extracted';
