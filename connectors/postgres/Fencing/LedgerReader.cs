using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Contracts.Jobs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>Reads headgate.ledger for the coordinator. What was extracted the ledger does not know: it holds only segments begun.</summary>
static class LedgerReader
{
    /// <summary>The first version of the schema that knows of rows that vanished.</summary>
    const int KnowsVanished = 3;

    /// <summary>The first that counts rows deleted by a rollback.</summary>
    const int KnowsDeleted = 5;

    /// <param name="jobId">The job.</param>
    /// <param name="attempt">Its attempt.</param>
    /// <param name="version">Of schema headgate there: a stop does not wait for it to be brought up to date.</param>
    public static NpgsqlBatchCommand CountsCommand(Guid jobId, int attempt, int version) => new($"""
        SELECT object_no, sum(inserted)::bigint, sum(updated)::bigint, sum(unchanged)::bigint, sum(rejected)::bigint, sum(deleted)::bigint,
               sum(vanished)::bigint
        FROM (SELECT object_no, inserted, updated, unchanged, rejected, {(version < KnowsDeleted ? "0" : "deleted")} AS deleted, 0 AS vanished
              FROM headgate.ledger WHERE job_id = $1 AND attempt = $2{(version < KnowsVanished ? "" : """

              UNION ALL SELECT object_no, 0, 0, 0, 0, 0, vanished FROM headgate.full_read WHERE job_id = $1 AND attempt = $2
              """)}) counted
        GROUP BY object_no
        """)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = jobId }, new NpgsqlParameter<int> { TypedValue = attempt } },
    };

    /// <summary>What <see cref="CountsCommand"/> returns, by object number.</summary>
    public static async Task<IReadOnlyDictionary<int, RecordCounts>> CountsAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<int, RecordCounts>();
        while (await reader.ReadAsync(cancellationToken)) counts.Add(reader.GetInt32(0), Counts(reader, 1) with { Vanished = reader.GetInt64(6) });
        return counts;
    }

    public static async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(
        NpgsqlConnection connection, Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        const string sql = $"""
            SELECT object_no, segment_no, rows, next_row, inserted, updated, unchanged, rejected, {LedgerRow.DeletedOf}
            FROM headgate.ledger l WHERE job_id = $1 AND attempt = $2 ORDER BY object_no, segment_no
            """;
        await using var command = Command(connection, sql, jobId, attempt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<LedgerEntry>();
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(new LedgerEntry(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), Counts(reader, 4)));
        return entries;
    }

    static RecordCounts Counts(NpgsqlDataReader reader, int at)
    {
        var (inserted, updated, unchanged, rejected, deleted) =
            (reader.GetInt64(at), reader.GetInt64(at + 1), reader.GetInt64(at + 2), reader.GetInt64(at + 3), reader.GetInt64(at + 4));
        return new RecordCounts
        {
            Written = inserted + updated + unchanged + rejected + deleted,
            Inserted = inserted,
            Updated = updated,
            Unchanged = unchanged,
            Rejected = rejected,
            Deleted = deleted,
        };
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid jobId, int attempt) =>
        new(sql, connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = jobId }, new NpgsqlParameter<int> { TypedValue = attempt } },
        };
}
