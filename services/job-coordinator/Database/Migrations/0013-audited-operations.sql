-- What was commanded where the method does not tell: a call that is about many jobs also has rows of each of them, under its call_id.
alter table coordinator.audit add column operation text;
