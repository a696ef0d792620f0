-- Under which a call is known to whatever it reaches. Made when the call comes for the first time, and kept however it ends: a repeat after
-- a crash is the same call, and a key that is used again after a day is another one.
alter table coordinator.idempotent_call add column call_id uuid not null default gen_random_uuid();

-- Null: the call was found wrong and nothing was done, so the same key may ask for something else.
alter table coordinator.idempotent_call alter column request_hash drop not null;
