using System.Diagnostics;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>
/// Removes tables that earlier jobs of the pipeline left: those that were made and took nobody's place, and those that were replaced longer
/// ago than the change log is kept.
/// </summary>
/// <param name="dataSource">Where.</param>
/// <param name="ticket">In whose name.</param>
/// <param name="retention">How long a table that was replaced is kept.</param>
/// <param name="budget">A launch is not to wait for it for long: what is left then is for the next one. Default: 10 seconds.</param>
sealed class LeftTables(NpgsqlDataSource dataSource, JobTicket ticket, TimeSpan retention, TimeSpan? budget = null)
{
    readonly TimeSpan _budget = budget ?? TimeSpan.FromSeconds(10);

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var (id, table, state) in await FindAsync(cancellationToken))
        {
            await RemoveAsync(id, table, state, cancellationToken);
            if (Stopwatch.GetElapsedTime(since) >= _budget) return;
        }
    }

    /// <summary>In no order: those that somebody looks at are not to keep the others from their turn.</summary>
    async Task<IReadOnlyList<((Guid Job, int Attempt, int Object, int Read) Id, string Table, string State)>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT s.job_id, s.attempt, s.object_no, s.read_no, coalesce(s.old_name, s.new_name), CASE s.state WHEN 'made' THEN 'dropped' ELSE 'purged' END
            FROM headgate.table_swap s
            WHERE s.pipeline_id = $1 AND (
                s.state = 'swapped' AND s.swapped_at < pg_catalog.now() - $4
                OR s.state = 'made' AND (s.job_id <> $2 OR s.attempt <> $3 OR s.read_no < (
                    SELECT max(o.read_no) FROM headgate.table_swap o WHERE o.job_id = $2 AND o.attempt = $3 AND o.object_no = s.object_no)))
            ORDER BY pg_catalog.random()
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.PipelineId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.JobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Attempt });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retention });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var left = new List<((Guid, int, int, int), string, string)>();
        while (await row.ReadAsync(cancellationToken))
            left.Add(((row.GetGuid(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), row.GetString(4), row.GetString(5)));
        return left;
    }

    async Task RemoveAsync((Guid Job, int Attempt, int Object, int Read) id, string table, string state, CancellationToken cancellationToken)
    {
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [], read: null, cancellationToken);
        if (transaction.Refused is not null) return;
        try
        {
            await transaction.ExecuteAsync("SET LOCAL lock_timeout TO '100ms'", cancellationToken);
            await transaction.ExecuteAsync($"DROP TABLE IF EXISTS {table}", cancellationToken);
        }
        catch (PostgresException)
        {
            // Somebody looks at it, has made something of it or has given it to another role. The job does not need it gone, and the
            // pipeline's next one tries again.
            return;
        }

        await using var command = transaction.Command("""
            UPDATE headgate.table_swap SET state = $5 WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND read_no = $4
            """,
            new NpgsqlParameter<Guid> { TypedValue = id.Job }, new NpgsqlParameter<int> { TypedValue = id.Attempt },
            new NpgsqlParameter<int> { TypedValue = id.Object }, new NpgsqlParameter<int> { TypedValue = id.Read },
            new NpgsqlParameter<string> { TypedValue = state });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync();
    }
}
