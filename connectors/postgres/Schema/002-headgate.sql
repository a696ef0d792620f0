-- Everything that Headgate keeps at a destination. Workers may read the fence and never move it.
CREATE TABLE headgate.fence (
    pipeline_id uuid PRIMARY KEY,
    job_id uuid NOT NULL,
    job_no bigint NOT NULL,
    attempt int NOT NULL,
    epoch int NOT NULL,
    open bool NOT NULL,
    system_identifier text NOT NULL,
    timeline text NOT NULL,
    moved_at timestamptz NOT NULL
);

-- One row per segment and attempt; a batch is [next_row, next_row + n), so nothing is skipped or repeated.
CREATE TABLE headgate.ledger (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    segment_no int NOT NULL,
    pipeline_id uuid NOT NULL,
    rows bigint NOT NULL,
    next_row bigint NOT NULL DEFAULT 0,
    path text NOT NULL CHECK (path IN ('copy', 'upsert')),
    inserted bigint NOT NULL DEFAULT 0 CHECK (inserted >= 0),
    updated bigint NOT NULL DEFAULT 0 CHECK (updated >= 0),
    unchanged bigint NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
    rejected bigint NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    deferred bigint NOT NULL DEFAULT 0 CHECK (deferred BETWEEN 0 AND rejected),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (job_id, attempt, object_no, segment_no),
    CHECK (next_row BETWEEN 0 AND rows),
    CHECK (next_row = inserted + updated + unchanged + rejected)
) WITH (fillfactor = 70);

-- The audit: one row per committed batch.
CREATE TABLE headgate.batch (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    segment_no int NOT NULL,
    first_row bigint NOT NULL,
    row_count int NOT NULL,
    path text NOT NULL CHECK (path IN ('copy', 'upsert', 'reject', 'retry')),
    inserted bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    rejected bigint NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    writer text NOT NULL DEFAULT current_setting('application_name') || ' ' || pg_backend_pid(),
    PRIMARY KEY (job_id, attempt, object_no, segment_no, first_row, path)
);

-- What the log needs to be read by itself: fields as [{"name", "type"}], key as positions from 1.
CREATE TABLE headgate.job_object (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    table_name text NOT NULL,
    fields jsonb NOT NULL,
    key int2[] NOT NULL,
    found_empty bool NOT NULL,
    PRIMARY KEY (job_id, attempt, object_no)
);

-- The arrays are aligned to job_object.fields. Of an update, both are null where the field did not change; of an insert, there is no
-- before. Text under DateStyle ISO, IntervalStyle postgres, extra_float_digits 1, TimeZone UTC.
CREATE TYPE headgate.change_record AS (key text[], before text[], after text[]);

-- Changed records of a batch, some 32 KiB of them in a row, where they compress.
CREATE TABLE headgate.change_group (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    segment_no int NOT NULL,
    first_row bigint NOT NULL,
    operation text NOT NULL CHECK (operation IN ('insert', 'update')),
    row_count int NOT NULL,
    records headgate.change_record[] NOT NULL CHECK (cardinality(records) = row_count)
);
COMMENT ON COLUMN headgate.change_group.seq IS
    'Within a batch in the order of writing; of two batches that changed the same row, the later one has the higher number.';

-- A job's rows lie together, so block ranges find them and cost the writers nothing.
CREATE INDEX change_group_job ON headgate.change_group USING brin (job_id) WITH (autosummarize = on, pages_per_range = 32);

-- Compresses nearly as well as the default and in a fraction of the time, where the server was built with it.
DO $$
BEGIN
    ALTER TABLE headgate.change_group ALTER COLUMN records SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- The records of a batch that was copied into a table found empty: all of them inserts.
CREATE TABLE headgate.change_block (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    segment_no int NOT NULL,
    first_row bigint NOT NULL,
    row_count int NOT NULL,
    keys bytea NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (job_id, attempt, object_no, segment_no, first_row)
);
ALTER TABLE headgate.change_block ALTER COLUMN keys SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON COLUMN headgate.change_block.keys IS
    'Deflated; for each record and each key field, in field order: 32-bit length, then the value in binary form.';
COMMENT ON COLUMN headgate.change_block.hashes IS
    'For each record: the XXH3 (64 bits, big-endian) of its tuple as it was staged.';

CREATE TABLE headgate.rejected (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    segment_no int NOT NULL,
    row_no bigint NOT NULL,
    sqlstate text,
    constraint_name text,
    column_name text,
    sentence text NOT NULL,
    image bytea,
    deferred bool NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (job_id, attempt, object_no, segment_no, row_no)
);
COMMENT ON COLUMN headgate.rejected.image IS 'The tuple as it was staged; null if it was too large to keep.';

-- Records that wait for a value to become free are counted before one more is let in; those that wait for a parent may be very many.
CREATE INDEX rejected_waiting_for_value ON headgate.rejected (job_id, attempt) WHERE deferred AND sqlstate IN ('23505', '23P01');

CREATE TABLE headgate.schema_change (
    job_id uuid NOT NULL,
    attempt int NOT NULL,
    object_no int NOT NULL,
    seq int NOT NULL,
    statement text NOT NULL,
    inverse text,
    description text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (job_id, attempt, object_no, seq)
);

-- One row per changed record, written in the order of seq and place.
CREATE VIEW headgate.change AS
SELECT g.job_id, g.attempt, g.object_no, g.segment_no, g.first_row, g.operation, r.key, r.before, r.after, g.seq, r.place
FROM headgate.change_group g
CROSS JOIN LATERAL unnest(g.records) WITH ORDINALITY AS r (key, before, after, place);

-- For people: one row per changed field.
CREATE VIEW headgate.changes AS
SELECT c.job_id, c.attempt, o.table_name, c.key, c.operation,
       o.fields -> (i - 1) ->> 'name' AS field, c.before[i] AS before, c.after[i] AS after
FROM headgate.change c
JOIN headgate.job_object o ON o.job_id = c.job_id AND o.attempt = c.attempt AND o.object_no = c.object_no
CROSS JOIN LATERAL generate_subscripts(c.after, 1) AS i
WHERE c.operation = 'insert' OR c.before[i] IS DISTINCT FROM c.after[i];
