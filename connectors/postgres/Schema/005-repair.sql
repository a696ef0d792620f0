-- Which transaction wrote what is logged: a row that still bears it has been touched by nobody since. Null: logged before this was kept. The
-- defaults are set apart from the columns, or all that is logged would be written anew.
ALTER TABLE headgate.change_group ADD COLUMN xid xid8;
ALTER TABLE headgate.change_group ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
ALTER TABLE headgate.change_block ADD COLUMN xid xid8, ADD COLUMN seq bigint;
ALTER TABLE headgate.change_block
    ALTER COLUMN xid SET DEFAULT pg_current_xact_id(),
    ALTER COLUMN seq SET DEFAULT nextval('headgate.change_group_seq_seq');
COMMENT ON COLUMN headgate.change_block.seq IS 'Of the same numbers as change_group.seq; null: logged before this was kept, and so before all that has one.';

-- Whoever writes at this very moment was granted what there was when his job was launched.
DO $$
DECLARE writer regrole;
BEGIN
    FOR writer IN
        SELECT a.grantee FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.oid = 'headgate.change_block'::regclass AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner AND a.grantee <> 0
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE headgate.change_group_seq_seq TO %s', writer);
    END LOOP;
END $$;

-- Pages of the log are read by it, one entry for some 32 KiB of log: it stays exact where space of logs that were removed is used again.
CREATE INDEX change_group_in_order ON headgate.change_group (job_id, seq);
DROP INDEX headgate.change_group_job;

ALTER TABLE headgate.job_object ADD COLUMN staged text[], ADD COLUMN rest_fields text[], ADD COLUMN rest_types text[], ADD COLUMN of_job_id uuid;
COMMENT ON COLUMN headgate.job_object.staged IS
    'The types that the fields, in their order and without the column of vanished rows, were staged as: what images of rejected records are read '
    'by. Null: kept by a version that did not know of it.';
COMMENT ON COLUMN headgate.job_object.rest_fields IS
    'Of a rollback: columns of the table beside those in fields. Images of rows that it deleted or put back hold them as well, after the others.';
COMMENT ON COLUMN headgate.job_object.of_job_id IS 'Of a rollback: the job that it rolls back.';

ALTER TABLE headgate.ledger ADD COLUMN deleted bigint NOT NULL DEFAULT 0 CHECK (deleted >= 0);
DO $$
DECLARE taken text;
BEGIN
    SELECT conname INTO STRICT taken FROM pg_constraint
    WHERE conrelid = 'headgate.ledger'::regclass AND contype = 'c'
      AND pg_get_constraintdef(oid) LIKE '%next_row%' AND pg_get_constraintdef(oid) LIKE '%unchanged%';
    EXECUTE format('ALTER TABLE headgate.ledger DROP CONSTRAINT %I', taken);
END $$;
-- Not validated, here and below: what is there fits the narrower check of before, and large tables need not be read for it.
ALTER TABLE headgate.ledger
    ADD CONSTRAINT ledger_taken_check CHECK (next_row = inserted + updated + unchanged + rejected + deleted) NOT VALID;

ALTER TABLE headgate.batch
    ADD COLUMN deleted bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT batch_path_check,
    ADD CONSTRAINT batch_path_check CHECK (path IN ('copy', 'upsert', 'reject', 'retry', 'vanished', 'undo')) NOT VALID;

-- A row that a rollback has left as it is: why, and its values before the job, as the job wrote them, and now. The arrays are aligned to
-- job_object.fields, then rest_fields; null where the rollback is not about the field.
ALTER TABLE headgate.rejected
    ADD COLUMN conflict text,
    ADD COLUMN key text[],
    ADD COLUMN before text[],
    ADD COLUMN written text[],
    ADD COLUMN now text[],
    ADD CONSTRAINT rejected_conflict_check CHECK (conflict IN ('changed', 'gone', 'taken', 'referred')) NOT VALID;

-- Keys that a repair was asked for, written before its run is, and read by whoever plans it.
CREATE TABLE headgate.selection (
    job_id uuid NOT NULL,
    object_no int NOT NULL,
    key text[] NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (job_id, object_no, key)
);
COMMENT ON COLUMN headgate.selection.job_id IS 'The repair; object_no is the object''s number in it.';

-- For people: one row per changed field; of a row that was deleted, or put back by a rollback, all that it held.
CREATE OR REPLACE VIEW headgate.changes AS
SELECT c.job_id, c.attempt, o.table_name, c.key, c.operation,
       coalesce(o.fields -> (i - 1) ->> 'name', (coalesce(o.rest_fields, r.rest_fields))[i - jsonb_array_length(o.fields)]) AS field,
       c.before[i] AS before, c.after[i] AS after
FROM headgate.change c
JOIN headgate.job_object o ON o.job_id = c.job_id AND o.attempt = c.attempt AND o.object_no = c.object_no
LEFT JOIN LATERAL (
    SELECT f.rest_fields FROM headgate.full_read f
    WHERE c.operation = 'delete' AND f.job_id = c.job_id AND f.attempt = c.attempt AND f.object_no = c.object_no
    ORDER BY f.read_no DESC LIMIT 1) r ON true
CROSS JOIN LATERAL generate_subscripts(coalesce(c.after, c.before), 1) AS i
WHERE c.operation IN ('insert', 'delete') OR c.before[i] IS DISTINCT FROM c.after[i];

-- Keys are read before the repair's launch, which is when a writer is granted what is new: those who write already may read them from here on.
DO $$
DECLARE writer regrole;
BEGIN
    FOR writer IN
        SELECT a.grantee FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.oid = 'headgate.change_block'::regclass AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner AND a.grantee <> 0
    LOOP
        EXECUTE format('GRANT SELECT ON headgate.selection TO %s', writer);
    END LOOP;
END $$;
