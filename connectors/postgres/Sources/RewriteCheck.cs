using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>
/// Snapshots do not cover everything: TRUNCATE empties a table for old snapshots too, VACUUM FULL and CLUSTER move its rows to other
/// blocks, a detached partition is out of sight, a table made anew or renamed under the old name looks empty. So after each read, while
/// its locks still keep the tables as they are, the storage that the snapshot knew of is compared with the present one. The tables that a
/// view reads belong to it.
/// </summary>
static class RewriteCheck
{
    // pg_class and pg_inherits are read under the snapshot; pg_relation_filenode and pg_partition_tree answer for the present.
    const string Query =
        """
        WITH RECURSIVE root(oid) AS (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid),
        tree(top, oid) AS (
            SELECT oid, oid FROM root
            UNION
            SELECT n.top, n.oid FROM tree t CROSS JOIN LATERAL (
                SELECT t.top, i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = t.oid
                UNION ALL
                SELECT d.refobjid, d.refobjid
                FROM pg_catalog.pg_class v
                JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
                JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
                WHERE v.oid = t.oid AND v.relkind = 'v'
                  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> v.oid) AS n(top, oid)),
        present(top, oid) AS (
            SELECT t.oid, p.relid::pg_catalog.oid
            FROM tree t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS p
            WHERE t.oid = t.top AND p.relid IS NOT NULL)
        SELECT NOT EXISTS (
            SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = root.oid AND ARRAY[n.nspname, c.relname]::pg_catalog.text[] = pg_catalog.parse_ident($1)) OR EXISTS (
            SELECT 1 FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
            WHERE (c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND pg_catalog.pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode)
               OR (c.relispartition AND t.oid <> t.top AND (t.top, t.oid) NOT IN (SELECT p.top, p.oid FROM present p)))
        FROM root
        """;

    public static async Task RunAsync(SnapshotTransaction transaction, string from, string subject, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Query, transaction.Connection) { Parameters = { new() { Value = from } } };
        if (await command.ExecuteScalarAsync(cancellationToken) is true)
            throw SourceErrors.Lost(
                subject, "a table was dropped, renamed, truncated, rewritten or lost a partition since the snapshot was taken");
    }
}
