-- A read that nobody goes on with any more is 'left' while its noted keys are let go, a part at a time and whoever's launch does it, and
-- 'dropped' after that. From the moment in which it is left nothing counts as vanished by it.
ALTER TABLE headgate.full_read
    DROP CONSTRAINT full_read_state_check,
    ADD CONSTRAINT full_read_state_check CHECK (state IN ('reading', 'scanning', 'purging', 'done', 'left', 'dropped')) NOT VALID;
CREATE INDEX full_read_left ON headgate.full_read (set_id) WHERE state = 'left';
