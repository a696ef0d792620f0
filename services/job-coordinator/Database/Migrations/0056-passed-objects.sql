-- A pass is of the objects that somebody has seen. Of a measure one row for what has tripped and was let pass, and another for what trips beyond it.
alter table coordinator.guard_judgement
    add column round int not null default 0,
    -- Destination tables of which it has tripped; of the whole job an empty text.
    add column objects text[] not null default '{}',
    drop constraint guard_judgement_pkey,
    add primary key (job_id, attempt, guard, measure, round);

-- So far a pass was of the whole guard: what was let pass goes on as it was. What is open names the object that stands out.
update coordinator.guard_judgement g
set objects = case
    when g.object is null then array['']
    when g.passed_by is null then array[g.object]
    else array(select distinct o.destination from coordinator.job_object o where o.job_id = g.job_id) end
where g.outcome = 'Tripped';

-- Whether the object was planned anew after launch, and no guard has seen yet what was read then: nothing of it is written.
alter table coordinator.job_object add column unjudged boolean not null default false;
create index object_unjudged on coordinator.job_object (job_id) where unjudged;

-- Shares of overwritten values were of all rows, and are of those that had a value now: of sparse fields they are more. Runs that read what has
-- changed are learned anew, after three of which they are judged again; a full read is judged from the first one on.
delete from coordinator.canary_history where not full_read;
