using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>A row of headgate.full_read: how far the finishing of an object has come. Locked by whoever goes on with it.</summary>
sealed record FullRead
{
    public const string Reading = "reading";
    public const string Scanning = "scanning";
    public const string Purging = "purging";
    public const string Done = "done";

    public required string State { get; init; }

    public required long SetId { get; init; }

    /// <summary>Rejected records whose keys are noted.</summary>
    public required long RejectedNoted { get; init; }

    /// <summary>Rejected records whose keys no row can have.</summary>
    public required long RejectedPassed { get; init; }

    /// <summary>The last rejected record that is one of these.</summary>
    public required (int Segment, long Row) LastRejected { get; init; }

    /// <summary>Noted keys that were found again, and in how many ranges of them it was looked.</summary>
    public required (int Ranges, long Keys) Counted { get; init; }

    /// <summary>
    /// The part of the table that is gone through next: its table's number, and the first block. Where the keys are let go, the first of those that
    /// are left in its place.
    /// </summary>
    public required (long Leaf, long Block) Next { get; init; }

    /// <summary>Rows deleted since the scan began anew.</summary>
    public required long PassVanished { get; init; }

    /// <summary>What keeps rows of blocks that were passed over from being deleted; null: none was.</summary>
    public required string? PostponedBy { get; init; }

    public required long Vanished { get; init; }

    /// <summary>Columns beside the logged fields that before-images of deleted rows hold, as name and type; null: none was deleted yet.</summary>
    public required IReadOnlyList<(string Name, string Type)>? Rest { get; init; }

    /// <summary>Whether it stands where another one did: nobody has gone on with it.</summary>
    public bool StandsAt(FullRead other) =>
        (SetId, State, LastRejected, Counted, Next, PassVanished) ==
            (other.SetId, other.State, other.LastRejected, other.Counted, other.Next, other.PassVanished);

    /// <summary>
    /// A table that was found empty has no rows that vanished, unless the object is read again. The row of job_object is there already.
    /// </summary>
    public static NpgsqlBatchCommand BeginCommand(JobTicket ticket, ObjectPlan plan) => new("""
        INSERT INTO headgate.full_read (job_id, attempt, object_no, read_no, pipeline_id, state)
        SELECT $1, $2, $3, $4, $5, CASE WHEN o.found_empty AND $4 = 0 THEN 'done' ELSE 'reading' END
        FROM headgate.job_object o WHERE o.job_id = $1 AND o.attempt = $2 AND o.object_no = $3 ON CONFLICT DO NOTHING
        """)
    {
        Parameters = { Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(plan.ReadNo), Of(ticket.PipelineId) },
    };

    public static NpgsqlBatchCommand LockCommand(FinishTicket ticket, ObjectPlan plan) => new("""
        SELECT state, set_id, rejected_noted, rejected_segment, rejected_row, leaf, next_block, pass_vanished, postponed_by, vanished,
               rest_fields, rest_types, rejected_passed, counted_ranges, counted
        FROM headgate.full_read WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND read_no = $4 FOR UPDATE NOWAIT
        """)
    {
        Parameters = { Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(plan.ReadNo) },
    };

    /// <returns>Null: the read was never begun here.</returns>
    public static async Task<FullRead?> ReadAsync(NpgsqlDataReader row, CancellationToken cancellationToken) =>
        !await row.ReadAsync(cancellationToken) ? null : new FullRead
        {
            State = row.GetString(0),
            SetId = row.GetInt64(1),
            RejectedNoted = row.GetInt64(2),
            RejectedPassed = row.GetInt64(12),
            LastRejected = (row.GetInt32(3), row.GetInt64(4)),
            Counted = (row.GetInt32(13), row.GetInt64(14)),
            Next = (row.GetInt64(5), row.GetInt64(6)),
            PassVanished = row.GetInt64(7),
            PostponedBy = row.IsDBNull(8) ? null : row.GetString(8),
            Vanished = row.GetInt64(9),
            Rest = row.IsDBNull(10) ? null : [.. row.GetFieldValue<string[]>(10).Zip(row.GetFieldValue<string[]>(11))],
        };

    public NpgsqlBatchCommand UpdateCommand(FinishTicket ticket, ObjectPlan plan) => new("""
        UPDATE headgate.full_read
        SET state = $5, rejected_noted = $6, rejected_segment = $7, rejected_row = $8, leaf = $9, next_block = $10, pass_vanished = $11,
            postponed_by = $12, vanished = $13, rest_fields = $14, rest_types = $15, rejected_passed = $16,
            counted_ranges = $17, counted = $18, updated_at = pg_catalog.clock_timestamp()
        WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND read_no = $4
        """)
    {
        Parameters =
        {
            Of(ticket.Job.JobId), Of(ticket.Job.Attempt), Of(ticket.ObjectNo), Of(plan.ReadNo), Of(State), Of(RejectedNoted),
            Of(LastRejected.Segment), Of(LastRejected.Row), Of(Next.Leaf), Of(Next.Block), Of(PassVanished),
            SqlParameters.Nullable(PostponedBy), Of(Vanished), SqlParameters.Nullable(Rest?.Select(r => r.Name)),
            SqlParameters.Nullable(Rest?.Select(r => r.Type)), Of(RejectedPassed),
            Of(Counted.Ranges), Of(Counted.Keys),
        },
    };

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
