using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Tries conflicts of a segment again that waited for others to be undone.</summary>
static class DeferredUndo
{
    /// <summary>Undoes those that can be by now, in the transaction of the segment; what is recorded of the rest is told anew.</summary>
    /// <returns>How many do not wait any more; 0: nothing is to be committed.</returns>
    public static async Task<int> WriteAsync(
        FencedTransaction transaction, UndoStatements statements, SegmentTicket ticket, LedgerRow ledger, ObjectPlan plan, long[] rows,
        ImageBatch batch, CancellationToken cancellationToken)
    {
        await using (var delete = transaction.Command("""
            DELETE FROM headgate.rejected WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4 AND row_no = ANY ($5)
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo },
            new NpgsqlParameter { Value = rows, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }))
            await delete.ExecuteNonQueryAsync(cancellationToken);

        var outcome = await new Undo(transaction, statements, ticket, WriteProblem.SubjectOf(plan)).WriteAsync(batch, rows, cancellationToken);
        // No other batch of the kind has begun with that one: it does not wait any more.
        if (rows.Except(outcome.Waiting).ToArray() is not [var first, ..] passed) return 0;
        var after = ledger.With(outcome) with
        {
            Rejected = ledger.Rejected - rows.Length + outcome.Conflicts,
            Deferred = ledger.Deferred - passed.Length,
        };
        var audit = AuditRow.InsertCommand(ticket, AuditRow.Retry, first, passed.Length, ledger, after);
        await transaction.ExecuteAsync([after.UpdateCommand(ticket), audit], cancellationToken);
        await transaction.CommitAsync();
        return passed.Length;
    }
}
