-- Whether a rollback with this scope puts back all that a job has done, itself with that scope; of a run there is none.
create function coordinator.undoes_all(scope jsonb, of_job jsonb) returns boolean language sql immutable
    as $$ select coalesce(jsonb_array_length(scope -> 'fields'), 0) = 0 and not coalesce((scope ->> 'hasKeys')::boolean, false)
                 and (scope ->> 'object' is null or scope ->> 'object' is not distinct from of_job ->> 'object') $$;

create index rollback_of_pipeline on coordinator.sync_job (pipeline_id) where kind = 'Rollback' and state = 'Completed';

-- Which job each remembered run was, so that one that was rolled back is left out. Arrays go along with those that they belong to, and are
-- shorter where it was not kept yet; of runs of before nobody knows.
alter table coordinator.object_history
    add column jobs bigint[] not null default '{}',
    -- Of a run that read all: what those before it had inserted since the one before.
    add column absorbed bigint[] not null default '{}',
    -- Of each day the largest run, and the next one: what is left of the day without the largest.
    add column day_jobs bigint[] not null default '{}',
    add column next_rows bigint[] not null default '{}',
    add column next_jobs bigint[] not null default '{}';

-- How many of the remembered runs stand, of those that are judged by.
create function coordinator.runs_standing(rows bigint[], jobs bigint[], undone bigint[]) returns int language sql immutable
    as $$ select least(30, cardinality(rows) - (select count(*)::int from unnest(jobs) job where job = any(undone))) $$;

-- Of each field the most of one run: it becomes the first of a few, of a job that is not known.
create function coordinator.peaks_of(shares jsonb) returns jsonb language sql immutable
    as $$ select coalesce(jsonb_object_agg(field, jsonb_build_object(
              'changed', jsonb_build_array(jsonb_build_array(0, of_field -> 'changed')),
              'nulled', jsonb_build_array(jsonb_build_array(0, of_field -> 'nulled')),
              'same', jsonb_build_array(jsonb_build_array(0, of_field -> 'same')),
              'runs', coalesce(of_field -> 'runs', '0'))), '{}')
          from jsonb_each(shares) each (field, of_field) $$;

update coordinator.canary_history
set shares = shares || jsonb_build_object('now', coordinator.peaks_of(shares -> 'now'), 'before', coordinator.peaks_of(shares -> 'before'));

drop function coordinator.peaks_of;

-- Keys that were chosen for a repair are kept at the destination before the repair is asked for, and nobody may ask: so that they are found.
create table coordinator.kept_keys (
    repair_id uuid primary key,
    -- Whose destination it is, as that version names it.
    pipeline_id uuid not null,
    pipeline_version int not null,
    kept_at timestamptz not null default now(),
    foreign key (pipeline_id, pipeline_version) references coordinator.pipeline_version
);
create index kept_keys_by_age on coordinator.kept_keys (kept_at);

-- Through which version of the file was compared; 0: a file that was given. Of comparisons of before nobody knows.
alter table coordinator.recovery_mark add column version int;
