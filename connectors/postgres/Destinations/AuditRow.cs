using Headgate.Connectors.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>A row of headgate.batch: what a committed batch did, and who wrote it.</summary>
static class AuditRow
{
    public const string Copy = "copy";
    public const string Upsert = "upsert";
    public const string Reject = "reject";
    public const string Retry = "retry";
    public const string Undo = "undo";

    /// <summary>The counts are what the ledger gained.</summary>
    public static NpgsqlBatchCommand InsertCommand(SegmentTicket ticket, string path, long firstRow, int rows, LedgerRow before, LedgerRow after)
    {
        var deleted = after.Deleted - before.Deleted;
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO headgate.batch
                (job_id, attempt, object_no, segment_no, first_row, row_count, path, inserted, updated, unchanged, rejected{(deleted > 0 ? ", deleted" : "")})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11{(deleted > 0 ? ", $12" : "")})
            """)
        {
            Parameters =
            {
                Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(ticket.SegmentNo), Of(firstRow), Of(rows), Of(path),
                Of(after.Inserted - before.Inserted), Of(after.Updated - before.Updated), Of(after.Unchanged - before.Unchanged),
                Of(after.Rejected - before.Rejected),
            },
        };
        if (deleted > 0) command.Parameters.Add(Of(deleted));
        return command;
    }

    /// <summary>Of a batch of rows that a full read did not bring.</summary>
    /// <param name="ticket">The object.</param>
    /// <param name="first">How many there were before.</param>
    /// <param name="rows">How many there are in it.</param>
    public static NpgsqlBatchCommand VanishedCommand(FinishTicket ticket, long first, long rows) => new("""
        INSERT INTO headgate.batch
            (job_id, attempt, object_no, segment_no, first_row, row_count, path, inserted, updated, unchanged, rejected, vanished)
        VALUES ($1, $2, $3, -1, $4, $5, 'vanished', 0, 0, 0, 0, $5)
        """)
    {
        Parameters = { Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(first), Of((int)rows) },
    };

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
