-- Of an event that came while the rules may not all have been there, as this schema is new or was restored: it is matched once more when they are.
alter table scheduler.upstream_event add column rules_pending boolean not null default false;
create index upstream_event_pending on scheduler.upstream_event (event_no) where rules_pending;
