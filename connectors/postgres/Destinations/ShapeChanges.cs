using System.Diagnostics;
using System.Security.Cryptography;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Replacing;
using Headgate.Contracts.Pipelines;
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
        var tracked = plans.Where(plan => plan.Vanished is not OnVanished.Keep).ToList();
        await SharedTables.RefuseAsync(dataSource, ticket, tracked, cancellationToken);
        var swapped = plans.Any(plan => plan.Replaces is not null) ? await SwapRow.SwappedAsync(dataSource, ticket, cancellationToken) : [];
        var standing = plans.Where(plan => !swapped.Contains(plan.ObjectNo)).ToList();
        foreach (var plan in standing)
        {
            for (var seq = 0; seq < plan.Changes.Count; seq++)
            {
                if (!await MakeAsync(plan, seq, since, cancellationToken)) return null;
            }
        }

        var empty = await new ObjectRecords(dataSource, ticket).KeepAsync(standing, cancellationToken);
        return empty is null ? null : [.. empty, .. swapped.Order()];
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
                {
                    throw await TableLocks.WaitingForAsync(
                        dataSource, [plan.To], $"\"{plan.Changes[seq].Description}\"", TableLocks.All, cancellationToken);
                }
            }
            catch (PostgresException e) when (IsThereAlready(e))
            {
                if (IsNewTable(plan, seq)) throw Taken(plan);
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
        await transaction.ExecuteAsync(
            plan.Replaces is null ? [LogCommand(plan, change)] : [LogCommand(plan, change), SwapRow.InsertCommand(ticket, plan)], cancellationToken);
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

    /// <summary>A unique violation is two sessions creating the same thing at once.</summary>
    static bool IsPassing(PostgresException e) => e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.UniqueViolation;

    static bool IsThereAlready(PostgresException e) => e.SqlState is PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateColumn
        or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateSchema;

    /// <summary>The last of the changes makes it. One that is there already is another's, with another's records in it.</summary>
    static bool IsNewTable(ObjectPlan plan, int seq) => plan.Replaces is not null && seq == plan.Changes.Count - 1;

    static ConnectorException Taken(ObjectPlan plan) => PostgresProblem.Of("table-taken",
        $"Object {plan.Replaces}: table {plan.To}, which is to take its place, could not be made, since something of that name is there; "
        + "remove it and resume the job.");

    static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
