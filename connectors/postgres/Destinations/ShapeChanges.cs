using System.Diagnostics;
using System.Security.Cryptography;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Fencing;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Makes a job's planned changes, each once, in a fenced transaction of its own.</summary>
sealed class ShapeChanges(NpgsqlDataSource dataSource, JobTicket ticket)
{
    /// <summary>All changes together; a handler must not take a minute.</summary>
    static readonly TimeSpan Budget = TimeSpan.FromSeconds(45);

    const int MaxTries = 50;

    /// <returns>The objects found empty, or null if the fence does not stand for the job.</returns>
    public async Task<IReadOnlyList<int>?> ApplyAsync(IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        foreach (var plan in plans)
        {
            for (var seq = 0; seq < plan.Changes.Count; seq++)
            {
                if (!await MakeAsync(plan, seq, since, cancellationToken)) return null;
            }
        }

        return await new ObjectRecords(dataSource, ticket).KeepAsync(plans, cancellationToken);
    }

    /// <summary>
    /// A lock that is not had at once is given up and asked for again later: waiting for it would make everybody else's queries queue
    /// behind ours.
    /// </summary>
    async Task<bool> MakeAsync(ObjectPlan plan, int seq, long since, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(plan, seq, cancellationToken);
            }
            catch (PostgresException e) when (IsPassing(e))
            {
                if (attempt == MaxTries || Stopwatch.GetElapsedTime(since) > Budget)
                    throw await WaitingForAsync(plan, seq, cancellationToken);
            }
            catch (PostgresException e) when (IsThereAlready(e))
            {
                // Somebody made it meanwhile; it is not ours to log or to take back.
                return true;
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(100, 400) + (attempt * 20), cancellationToken);
        }
    }

    async Task<bool> TryAsync(ObjectPlan plan, int seq, CancellationToken cancellationToken)
    {
        var made = false;
        NpgsqlBatchCommand[] asking =
        [
            new("SELECT pg_catalog.pg_advisory_xact_lock($1, $2)") { Parameters = { Of(LockClass.Job), Of(LockKey.Of(ticket.JobId)) } },
            new("SELECT EXISTS (SELECT FROM headgate.schema_change WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND statement = $4)")
            {
                Parameters = { Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(plan.Changes[seq].Statement) },
            },
        ];
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, asking, async reader =>
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            made = reader.GetBoolean(0);
        }, cancellationToken);
        if (transaction.Refused is not null) return false;
        if (made) return true;

        var change = plan.Changes[seq];
        await transaction.ExecuteAsync("SET LOCAL lock_timeout TO '100ms'", cancellationToken);
        await transaction.ExecuteAsync(change.Statement, cancellationToken);
        await transaction.ExecuteAsync([LogCommand(plan, change)], cancellationToken);
        await transaction.CommitAsync();
        return true;
    }

    NpgsqlBatchCommand LogCommand(ObjectPlan plan, PlannedChange change) => new("""
        INSERT INTO headgate.schema_change (job_id, attempt, object_no, seq, statement, inverse, description)
        SELECT $1, $2, $3, coalesce(max(seq), -1) + 1, $4, $5, $6
        FROM headgate.schema_change WHERE job_id = $1 AND attempt = $2 AND object_no = $3
        """)
    {
        Parameters =
        {
            Of(ticket.JobId), Of(ticket.Attempt), Of(plan.ObjectNo), Of(change.Statement),
            new NpgsqlParameter { Value = (object?)change.Inverse ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            Of(change.Description),
        },
    };

    async Task<ConnectorException> WaitingForAsync(ObjectPlan plan, int seq, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT DISTINCT 'backend ' || l.pid || ' (' || coalesce(a.application_name, '') || ')'
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'relation' AND l.granted AND l.relation = pg_catalog.to_regclass($1)
              AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            LIMIT 5
            """;
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(Of(plan.To));
        var holders = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) holders.Add(reader.GetString(0));
        }

        var by = holders.Count == 0 ? "others" : string.Join(", ", holders);
        return PostgresProblem.Of(
            "lock-timeout", $"Object {plan.To}: \"{plan.Changes[seq].Description}\" waits for a lock that is held by {by}.",
            retryable: true, sqlState: PostgresErrorCodes.LockNotAvailable);
    }

    /// <summary>A unique violation is two sessions creating the same thing at once.</summary>
    static bool IsPassing(PostgresException e) => e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.UniqueViolation;

    static bool IsThereAlready(PostgresException e) => e.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateColumn
        or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateSchema;

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
