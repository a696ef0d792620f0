-- Under which a call is known to whatever it reaches. Made when the call comes for the first time, and kept however it ends: a repeat after
-- a crash is the same call, and a key that is used again after a day is another one.
alter table coordinator.idempotent_call add column call_id uuid not null default gen_random_uuid();

-- The call was found wrong and nothing was done: the same key may ask for something else, which is another call then.
alter table coordinator.idempotent_call add column is_free boolean not null default false;
