using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>
/// Snapshots do not cover everything: TRUNCATE empties a table for old snapshots too, VACUUM FULL and CLUSTER move its rows to other
/// blocks, a detached partition is out of sight, a table made anew under the old name looks empty. So after each read, while its locks still keep the table as it is, the storage
/// that the snapshot knew of is compared with the present one.
/// </summary>
static class RewriteCheck
{
    // pg_class and pg_inherits are read under the snapshot; pg_relation_filenode and pg_partition_tree answer for the present.
    const string Query =
        """
        WITH RECURSIVE root(oid) AS (SELECT pg_catalog.to_regclass($1)::pg_catalog.oid),
        tree(oid) AS (
            SELECT oid FROM root
            UNION
            SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid),
        present(oid) AS (SELECT p.relid::pg_catalog.oid FROM root, pg_catalog.pg_partition_tree(root.oid::pg_catalog.regclass) AS p)
        SELECT NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = root.oid) OR EXISTS (
            SELECT 1 FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
            WHERE (c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND pg_catalog.pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode)
               OR (c.relispartition AND t.oid <> root.oid AND t.oid NOT IN (SELECT p.oid FROM present p)))
        FROM root
        """;

    public static async Task RunAsync(SnapshotTransaction transaction, string from, string subject, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Query, transaction.Connection) { Parameters = { new() { Value = from } } };
        if (await command.ExecuteScalarAsync(cancellationToken) is true)
            throw SourceErrors.Lost(subject, "the table was dropped, truncated, rewritten or lost a partition since the snapshot was taken");
    }
}
