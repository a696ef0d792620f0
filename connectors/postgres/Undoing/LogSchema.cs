using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// What schema headgate keeps of a log. It is read before the rollback is launched, which is what brings the schema up to date: until then it
/// can be of a version that kept less.
/// </summary>
/// <param name="KnowsTransactions">Whether entries have the transaction that wrote them, and blocks a number.</param>
/// <param name="KnowsVersions">Whether entries may have the version of the row that they replaced.</param>
sealed record LogSchema(bool KnowsTransactions, bool KnowsVersions)
{
    /// <summary>Below all numbers that are given: blocks from before they had one were written before everything that has one.</summary>
    const long FirstUnnumbered = -1_000_000_000_000;

    /// <summary>
    /// SQL: the transaction of a group or block, which bears its number itself. Where it does not, log and table were copied to another server,
    /// whose own transactions may have the same numbers.
    /// </summary>
    public string Xid(string alias) => KnowsTransactions ? $"CASE WHEN {alias}.xmin = {alias}.xid::xid THEN {alias}.xid::xid END" : "NULL::xid";

    /// <summary>SQL: all blocks of a job's object, $1 and $2, as b, with a number each.</summary>
    public string Blocks => $"""
        (SELECT attempt, segment_no, row_count, keys, hashes, {Xid("k")} AS xid,
                coalesce({(KnowsTransactions ? "seq" : "NULL::bigint")}, {FirstUnnumbered} + row_number() OVER (
                    PARTITION BY {(KnowsTransactions ? "seq IS NULL" : "true")} ORDER BY attempt, segment_no, first_row)) AS seq
         FROM headgate.change_block k WHERE job_id = $1 AND object_no = $2) b
        """;

    public static async Task<LogSchema> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT pg_catalog.to_regclass('headgate.selection') IS NOT NULL, pg_catalog.to_regclass('headgate.change_group_of_transaction') IS NOT NULL
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LogSchema(reader.GetBoolean(0), reader.GetBoolean(1));
    }
}
