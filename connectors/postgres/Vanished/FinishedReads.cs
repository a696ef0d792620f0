using Headgate.Connectors.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>What of an attempt is finished already.</summary>
static class FinishedReads
{
    public static async Task<IReadOnlyList<FinishedRead>> FindAsync(
        NpgsqlDataSource dataSource, JobTicket ticket, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT object_no, read_no, vanished FROM headgate.full_read WHERE job_id = $1 AND attempt = $2 AND state = 'done'
            UNION ALL
            SELECT object_no, read_no, 0 FROM headgate.table_swap WHERE job_id = $1 AND attempt = $2 AND state IN ('swapped', 'purged')
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.JobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Attempt });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var finished = new List<FinishedRead>();
        while (await row.ReadAsync(cancellationToken)) finished.Add(new FinishedRead(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2)));
        return finished;
    }
}
