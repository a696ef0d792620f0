-- Reads of whole objects by pipelines that do not keep what vanished at the source. A read is 'reading' until all that it brought is written
-- and it is certain that nothing is missing; then the table is gone through ('scanning'), the noted keys are let go ('purging'), and it is
-- 'done'. One that a later read took the place of is 'dropped'.
CREATE TABLE headgate.full_read (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    read_no int NOT NULL,
    pipeline_id uuid NOT NULL,
    set_id bigint GENERATED ALWAYS AS IDENTITY,
    state text NOT NULL CHECK (state IN ('reading', 'scanning', 'purging', 'done', 'dropped')),
    rejected_noted bigint NOT NULL DEFAULT 0,
    rejected_passed bigint NOT NULL DEFAULT 0,
    rejected_segment int NOT NULL DEFAULT -1,
    rejected_row bigint NOT NULL DEFAULT -1,
    counted bigint NOT NULL DEFAULT 0,
    counted_ranges int NOT NULL DEFAULT 0,
    leaf bigint NOT NULL DEFAULT 0,
    next_block bigint NOT NULL DEFAULT 0,
    pass_vanished bigint NOT NULL DEFAULT 0,
    postponed_by text,
    vanished bigint NOT NULL DEFAULT 0,
    rest_fields text[],
    rest_types text[],
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (job_id, attempt, object_no, read_no)
);
CREATE INDEX full_read_of_pipeline ON headgate.full_read (pipeline_id) WHERE state NOT IN ('done', 'dropped');
COMMENT ON COLUMN headgate.full_read.rest_fields IS
    'Columns of the table beside those in job_object.fields: the before-images of deleted rows hold them as well, after the others.';

-- Which keys a read has brought, as hashes that are equal where the keys are. Two keys with the same hash keep a row that vanished; never
-- the other way round. It is logged: a table that a crash of the server empties would make all rows look vanished.
CREATE TABLE headgate.seen_key (
    set_id bigint NOT NULL,
    key_hash bigint NOT NULL
);
CREATE INDEX seen_key_hash ON headgate.seen_key (set_id, key_hash);

ALTER TABLE headgate.ledger ADD COLUMN noted bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN headgate.ledger.noted IS 'Records of the segment whose keys are in seen_key.';

-- Not validated: what is there fits the narrower check of before, and large tables need not be read for it.
ALTER TABLE headgate.batch
    ADD COLUMN vanished bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT batch_path_check,
    ADD CONSTRAINT batch_path_check CHECK (path IN ('copy', 'upsert', 'reject', 'retry', 'vanished')) NOT VALID;

ALTER TABLE headgate.change_group
    DROP CONSTRAINT change_group_operation_check,
    ADD CONSTRAINT change_group_operation_check CHECK (operation IN ('insert', 'update', 'delete')) NOT VALID;
COMMENT ON COLUMN headgate.change_group.segment_no IS '-1: of no segment; the rows were deleted or marked because a full read did not bring them.';

-- For people: one row per changed field; of a deleted row all that it held.
CREATE OR REPLACE VIEW headgate.changes AS
SELECT c.job_id, c.attempt, o.table_name, c.key, c.operation,
       coalesce(o.fields -> (i - 1) ->> 'name', r.rest_fields[i - jsonb_array_length(o.fields)]) AS field,
       c.before[i] AS before, c.after[i] AS after
FROM headgate.change c
JOIN headgate.job_object o ON o.job_id = c.job_id AND o.attempt = c.attempt AND o.object_no = c.object_no
LEFT JOIN LATERAL (
    SELECT f.rest_fields FROM headgate.full_read f
    WHERE c.operation = 'delete' AND f.job_id = c.job_id AND f.attempt = c.attempt AND f.object_no = c.object_no
    ORDER BY f.read_no DESC LIMIT 1) r ON true
CROSS JOIN LATERAL generate_subscripts(coalesce(c.after, c.before), 1) AS i
WHERE c.operation IN ('insert', 'delete') OR c.before[i] IS DISTINCT FROM c.after[i];

-- Tables that were made beside others, to take their place once they are loaded. The one that was replaced is kept in this schema, as what
-- the table was before the job: 'made' until then, 'swapped' while both are there, 'dropped' or 'purged' when the new or the old one is not.
CREATE TABLE headgate.table_swap (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    read_no int NOT NULL,
    pipeline_id uuid NOT NULL,
    table_name text NOT NULL,
    new_name text NOT NULL,
    old_name text,
    old_references text[],
    state text NOT NULL DEFAULT 'made' CHECK (state IN ('made', 'swapped', 'dropped', 'purged')),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    swapped_at timestamptz,
    PRIMARY KEY (job_id, attempt, object_no, read_no),
    CHECK ((old_name IS NOT NULL) = (state IN ('swapped', 'purged')))
);
COMMENT ON COLUMN headgate.table_swap.old_references IS
    'Foreign keys to other tables that the old table had. It does not keep them, or what happens to those tables would happen to it: each is '
    'what ALTER TABLE would make it anew with.';
CREATE INDEX table_swap_of_pipeline ON headgate.table_swap (pipeline_id) WHERE state IN ('made', 'swapped');
