-- Which version of its row each change replaced, by the transaction that had written it: from a row that several runs have written the versions
-- lead back to the one that was inserted, unless somebody else came between. Null: of inserts, and where it is not kept, because the table has no
-- column beside the fields that fills itself.
ALTER TABLE headgate.change_group
    ADD COLUMN replaced xid[],
    ADD CONSTRAINT change_group_replaced_check CHECK (cardinality(replaced) = row_count) NOT VALID;
COMMENT ON COLUMN headgate.change_group.replaced IS
    'Aligned with records: xmin of the row version that was replaced or deleted. Of a row that a rollback put back: of the version that was deleted.';
CREATE INDEX change_group_of_transaction ON headgate.change_group (xid) WHERE replaced IS NOT NULL;
