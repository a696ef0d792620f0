using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Undoing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>A segment's row in headgate.ledger, as its transaction changes it.</summary>
sealed record LedgerRow
{
    public const string Copy = "copy";
    public const string Upsert = "upsert";

    /// <summary>Of the row as l. Where the schema is of a version that does not know the column, the jobs under way there delete nothing.</summary>
    public const string DeletedOf = "coalesce((pg_catalog.to_jsonb(l) ->> 'deleted')::bigint, 0)";

    public long NextRow { get; init; }

    public string Path { get; init; } = Upsert;

    public long Inserted { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    public long Rejected { get; init; }

    /// <summary>Of a rollback.</summary>
    public long Deleted { get; init; }

    public long Deferred { get; init; }

    public RecordCounts Counts => new()
    {
        Written = NextRow,
        Inserted = Inserted,
        Updated = Updated,
        Unchanged = Unchanged,
        Rejected = Rejected,
        Deleted = Deleted,
    };

    /// <summary>Most records taken so far were there already, with other values.</summary>
    public bool MostlyUpdates => Updated * 2 > NextRow;

    /// <summary>With what was undone; conflicts are counted apart.</summary>
    public LedgerRow With(UndoOutcome outcome) => this with
    {
        Inserted = Inserted + outcome.Restored,
        Updated = Updated + outcome.PutBack,
        Deleted = Deleted + outcome.Deleted,
        Unchanged = Unchanged + outcome.Unchanged,
    };

    /// <summary>
    /// What is copied is not noted: a table that was found empty has no rows that vanished. But once an object is read again, rows of the read
    /// before may have.
    /// </summary>
    public static bool MayCopy(SegmentTicket ticket, ObjectPlan plan) =>
        ticket.Empty && plan.DirectCopy && (plan.Vanished is OnVanished.Keep || plan.ReadNo == 0);

    /// <summary>Makes the row if there is none, and locks it; 55P03 if another transaction holds it.</summary>
    public static IReadOnlyList<NpgsqlBatchCommand> LockCommands(SegmentTicket ticket, bool directCopy) =>
    [
        new("""
            INSERT INTO headgate.ledger (job_id, attempt, object_no, segment_no, pipeline_id, rows, path)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(ticket.SegmentNo), Of(ticket.Job.PipelineId),
                Of(ticket.Rows), Of(directCopy ? Copy : Upsert),
            },
        },
        new($"""
            SELECT next_row, path, inserted, updated, unchanged, rejected, deferred, {DeletedOf} FROM headgate.ledger l
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 FOR UPDATE NOWAIT
            """)
        {
            Parameters = { Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(ticket.SegmentNo) },
        },
    ];

    public static async Task<LedgerRow> ReadAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync();
        return new LedgerRow
        {
            NextRow = reader.GetInt64(0),
            Path = reader.GetString(1),
            Inserted = reader.GetInt64(2),
            Updated = reader.GetInt64(3),
            Unchanged = reader.GetInt64(4),
            Rejected = reader.GetInt64(5),
            Deferred = reader.GetInt64(6),
            Deleted = reader.GetInt64(7),
        };
    }

    public NpgsqlBatchCommand UpdateCommand(SegmentTicket ticket)
    {
        var command = new NpgsqlBatchCommand($"""
            UPDATE headgate.ledger SET next_row = $5, path = $6, inserted = $7, updated = $8, unchanged = $9, rejected = $10, deferred = $11,
                {(Deleted > 0 ? "deleted = $12, " : "")}updated_at = pg_catalog.clock_timestamp()
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4
            """)
        {
            Parameters =
            {
                Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(ticket.SegmentNo), Of(NextRow), Of(Path),
                Of(Inserted), Of(Updated), Of(Unchanged), Of(Rejected), Of(Deferred),
            },
        };
        if (Deleted > 0) command.Parameters.Add(Of(Deleted));
        return command;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
