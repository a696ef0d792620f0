using Headgate.Connectors.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>Rows of headgate.table_swap.</summary>
static class SwapRow
{
    /// <summary>Written by the transaction that makes the new table, so that none is ever left that nobody knows of.</summary>
    public static NpgsqlBatchCommand InsertCommand(JobTicket ticket, ObjectPlan plan) => new("""
        INSERT INTO headgate.table_swap (job_id, attempt, object_no, read_no, pipeline_id, table_name, new_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """)
    {
        Parameters =
        {
            Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(plan.ReadNo), Of(ticket.PipelineId), Of(plan.Replaces!), Of(plan.To),
        },
    };

    public static NpgsqlBatchCommand LockCommand(JobTicket ticket, ObjectPlan plan) => new("""
        SELECT state FROM headgate.table_swap WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND read_no = $4 FOR UPDATE NOWAIT
        """)
    {
        Parameters = { Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(plan.ReadNo) },
    };

    public static NpgsqlBatchCommand SwappedCommand(
        JobTicket ticket, ObjectPlan plan, string oldName, IEnumerable<string> references) => new("""
        UPDATE headgate.table_swap SET state = 'swapped', old_name = $5, old_references = $6, swapped_at = pg_catalog.clock_timestamp()
        WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND read_no = $4
        """)
        {
            Parameters = { Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(plan.ReadNo), Of(oldName), Of(references.ToArray()) },
        };

    /// <summary>Objects of the attempt whose tables have taken their place already: there is nothing to be made or copied into any more.</summary>
    public static async Task<HashSet<int>> SwappedAsync(NpgsqlDataSource dataSource, JobTicket ticket, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT object_no FROM headgate.table_swap WHERE job_id = $1 AND attempt = $2 AND state IN ('swapped', 'purged')");
        command.Parameters.Add(Of(ticket.JobId));
        command.Parameters.Add(Of(ticket.Attempt));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var swapped = new HashSet<int>();
        while (await row.ReadAsync(cancellationToken)) swapped.Add(row.GetInt32(0));
        return swapped;
    }

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
