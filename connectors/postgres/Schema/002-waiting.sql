-- Records that wait for a value to become free are counted before one more is let in; those that wait for a parent may be very many.
CREATE INDEX rejected_waiting_for_value ON headgate.rejected (job_id, attempt) WHERE deferred AND sqlstate IN ('23505', '23P01');
