using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Undoing;
using Headgate.Contracts.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Writes a segment's records that were rejected because of records that stood in their way, or that they refer to, pass by pass, until
/// a pass writes none: one may be the parent of the next, or make room for it.
/// </summary>
sealed class DeferredRetry(NpgsqlDataSource dataSource, FieldShapes shapes, SegmentTicket ticket, ObjectPlan plan, Action tried)
{
    const int MaxRows = 500;
    const long MaxBytes = 8 * 1024 * 1024;

    bool _refused;

    /// <returns>The segment's counts, or null if the fence does not stand for the job.</returns>
    public async Task<RecordCounts?> RunAsync(CancellationToken cancellationToken)
    {
        // Forwards and backwards in turn: where each waits for the next one to leave, one pass from the other end writes them all.
        for (var isBackwards = false; !_refused; isBackwards = !isBackwards)
        {
            var written = 0;
            foreach (var chunk in await ChunksAsync(isBackwards, cancellationToken))
            {
                written += await WriteAsync(chunk, cancellationToken);
                if (_refused) return null;
            }

            if (written == 0) return await CountsAsync(cancellationToken);
        }

        return null;
    }

    async Task<IReadOnlyList<long[]>> ChunksAsync(bool isBackwards, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            SELECT row_no, octet_length(image) FROM headgate.rejected
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND deferred ORDER BY row_no{(isBackwards ? " DESC" : "")}
            """);
        command.Parameters.AddRange(SegmentParameters());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var chunks = new List<long[]>();
        var chunk = new List<long>();
        long bytes = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            var size = reader.GetInt32(1);
            if (chunk.Count > 0 && (chunk.Count == MaxRows || bytes + size > MaxBytes))
            {
                chunks.Add([.. chunk]);
                chunk.Clear();
                bytes = 0;
            }

            chunk.Add(reader.GetInt64(0));
            bytes += size;
        }

        if (chunk.Count > 0) chunks.Add([.. chunk]);
        return chunks;
    }

    /// <summary>Writes all of them or, halving, those that can be written; returns how many.</summary>
    async Task<int> WriteAsync(long[] rows, CancellationToken cancellationToken)
    {
        try
        {
            var written = 0;
            await WriteProblem.GuardAsync(plan, directCopy: false, async () => written = await WriteAllAsync(rows, cancellationToken));
            return written;
        }
        catch (ConnectorException e) when (e.Remedy == LoadRemedy.Halve)
        {
            if (rows.Length == 1) return 0;
        }
        finally
        {
            tried();
        }

        var half = rows.Length / 2;
        return await WriteAsync(rows[..half], cancellationToken) + (_refused ? 0 : await WriteAsync(rows[half..], cancellationToken));
    }

    async Task<int> WriteAllAsync(long[] rows, CancellationToken cancellationToken)
    {
        var (transaction, ledger, mismatch) = await PostgresDestination.BeginSegmentAsync(dataSource, ticket, plan, cancellationToken);
        await using var _ = transaction;
        if (Refuses(transaction)) return 0;
        if (mismatch is not null) throw mismatch;
        var (taken, batch) = await TakeAsync(transaction, rows, cancellationToken);
        if (taken.Length == 0) return 0;
        if (plan.Undo is not null)
        {
            var undo = await UndoShapes.StatementsAsync(transaction, plan, cancellationToken);
            return await DeferredUndo.WriteAsync(transaction, undo, ticket, ledger, plan, taken, batch, cancellationToken);
        }

        var statements = await shapes.StatementsAsync(transaction, plan, cancellationToken);
        var outcome = await new Upsert(transaction, statements, ticket, WriteProblem.SubjectOf(plan))
            .WriteAsync(batch, mostlyUpdates: false, cancellationToken);
        var after = ledger with
        {
            Inserted = ledger.Inserted + outcome.Inserted,
            Updated = ledger.Updated + outcome.Updated,
            Unchanged = ledger.Unchanged + outcome.Unchanged,
            Rejected = ledger.Rejected - taken.Length,
            Deferred = ledger.Deferred - taken.Length,
        };
        var delete = new NpgsqlBatchCommand("""
            DELETE FROM headgate.rejected
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND row_no = ANY ($5)
            """);
        delete.Parameters.AddRange(SegmentParameters());
        delete.Parameters.Add(Rows(taken));
        await transaction.ExecuteAsync(
            [delete, after.UpdateCommand(ticket), AuditRow.InsertCommand(ticket, AuditRow.Retry, taken[0], taken.Length, ledger, after)],
            cancellationToken);
        await transaction.CommitAsync();
        return taken.Length;
    }

    /// <summary>Under the ledger row's lock: what another delivery has written meanwhile is not there any more.</summary>
    async Task<(long[] Rows, ImageBatch Batch)> TakeAsync(FencedTransaction transaction, long[] rows, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT row_no, image FROM headgate.rejected
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND row_no = ANY ($5) AND deferred ORDER BY row_no
            """);
        command.Parameters.AddRange(SegmentParameters());
        command.Parameters.Add(Rows(rows));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (taken, images) = (new List<long>(), new List<byte[]>());
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(reader.GetInt64(0));
            images.Add(reader.GetFieldValue<byte[]>(1));
        }

        return ([.. taken], new ImageBatch(taken.Count == 0 ? 0 : taken[0], images));
    }

    /// <summary>What is left goes on waiting: only the coordinator knows whether what it refers to is still to come.</summary>
    async Task<RecordCounts?> CountsAsync(CancellationToken cancellationToken)
    {
        var (transaction, ledger, _) = await PostgresDestination.BeginSegmentAsync(dataSource, ticket, plan, cancellationToken);
        await using var held = transaction;
        return Refuses(transaction) ? null : ledger.Counts;
    }

    /// <summary>Another delivery in hand is no refusal: it will be tried again.</summary>
    bool Refuses(FencedTransaction transaction)
    {
        if (transaction.Refused is SkipReason.InHand)
        {
            throw Errors.PostgresProblem.Of(
                "segment-in-hand", $"{WriteProblem.SubjectOf(plan)}: segment {ticket.SegmentNo} is in another's hand.", retryable: true);
        }

        return _refused = transaction.Refused is not null;
    }

    NpgsqlParameter[] SegmentParameters() =>
    [
        new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId },
        new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
        new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo },
        new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo },
    ];

    static NpgsqlParameter Rows(long[] rows) => new() { Value = rows, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
