using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.Connectors.Records;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>Records a record that the destination refused.</summary>
sealed class Reject(FencedTransaction transaction, SegmentTicket ticket, string subject)
{
    /// <summary>Larger tuples are not kept: they would have to be held in memory.</summary>
    const int MaxImageBytes = 32 * 1024 * 1024;

    /// <summary>How many records may wait for values to become free: so many, and so many for each that may be rejected.</summary>
    const int LeastWaiting = 1_000, WaitingPerReject = 10;

    /// <summary>Records of the segment that were rejected for good, by their place in it.</summary>
    public static async Task<List<long>> OfAsync(FencedTransaction transaction, SegmentTicket ticket, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            """
            SELECT row_no FROM headgate.rejected
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND NOT deferred ORDER BY row_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(reader.GetInt64(0));
        return rows;
    }

    /// <returns>Whether it waits: for a record that it refers to, or for one to leave that stands in its way.</returns>
    public async Task<bool> RecordAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken)
    {
        if (batch.Rows != 1) throw new InvalidOperationException("Rejects are recorded one by one.");
        var image = await ImageAsync(batch, cancellationToken);
        var deferred = image is not null && await MayPassAsync(error, cancellationToken);
        if (!deferred) await RefuseTooManyAsync(cancellationToken);
        await using var command = transaction.Command("""
            INSERT INTO headgate.rejected
                (job_id, attempt, object_no, segment_no, row_no, sqlstate, constraint_name, column_name, sentence, image, deferred)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.FirstRow });
        command.Parameters.Add(Nullable(error.Problem.SqlState, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(error.Constraint, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(error.Column, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(error.Problem.Sentence, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(image, NpgsqlDbType.Bytea));
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = deferred });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return deferred;
    }

    /// <summary>
    /// The job may yet write what makes it fit: a parent, or another value where this one is taken. The plan's own key is never taken here,
    /// the upsert finds it. Where very many wait for a value to become free, a mapping is wrong, and the job is to fail soon.
    /// </summary>
    async Task<bool> MayPassAsync(ConnectorException error, CancellationToken cancellationToken) => error.Problem.SqlState switch
    {
        PostgresErrorCodes.ForeignKeyViolation => true,
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation =>
            await AreFewerWaitingAsync(LeastWaiting + WaitingPerReject * (long)ticket.MaxRejects, cancellationToken),
        _ => false,
    };

    /// <summary>Of those that wait for a parent there may be any number: it has its level to come in.</summary>
    async Task<bool> AreFewerWaitingAsync(long limit, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT count(*) < $3 FROM (
                SELECT FROM headgate.rejected WHERE job_id = $1 AND attempt = $2 AND deferred AND sqlstate IN ('23505', '23P01') LIMIT $3) waiting
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<long> { TypedValue = limit });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Under a lock of the job's own, so that two segments that reject at once see each other's.</summary>
    async Task RefuseTooManyAsync(CancellationToken cancellationToken)
    {
        var locking = new NpgsqlBatchCommand("SELECT pg_catalog.pg_advisory_xact_lock($1, $2)")
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = LockClass.Job },
                new NpgsqlParameter<int> { TypedValue = LockKey.Of(ticket.Job.JobId) },
            },
        };
        await transaction.ExecuteAsync([locking], cancellationToken);
        if (await CountRejectedAsync(cancellationToken) >= ticket.MaxRejects)
        {
            throw PostgresProblem.Of(
                "too-many-rejects", $"{subject}: the job has more rejected records than its limit of {ticket.MaxRejects}.");
        }
    }

    async Task<long> CountRejectedAsync(CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT coalesce(sum(rejected - deferred), 0)::bigint FROM headgate.ledger WHERE job_id = $1 AND attempt = $2",
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<byte[]?> ImageAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        using var image = new MemoryStream();
        await foreach (var bytes in batch.ReadAsync(cancellationToken))
        {
            if (image.Length + bytes.Length > MaxImageBytes) return null;
            image.Write(bytes.Span);
        }

        return image.ToArray();
    }

    static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
