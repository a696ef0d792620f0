using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Undoing;
using Headgate.Connectors.Records;
using Headgate.Contracts.Jobs;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>One batch's transaction: fenced, with the segment's ledger row locked.</summary>
sealed class PostgresBatchTransaction : IBatchTransaction
{
    readonly NpgsqlDataSource _dataSource;
    readonly FencedTransaction _transaction;
    readonly FieldShapes _shapes;
    readonly SegmentTicket _ticket;
    readonly ObjectPlan _plan;
    readonly ConnectorException? _mismatch;
    readonly string _subject;
    LedgerRow _ledger;
    bool _isWritten;

    public PostgresBatchTransaction(
        NpgsqlDataSource dataSource, FencedTransaction transaction, FieldShapes shapes, SegmentTicket ticket, ObjectPlan plan,
        LedgerRow ledger, ConnectorException? mismatch)
    {
        _dataSource = dataSource;
        _transaction = transaction;
        _shapes = shapes;
        _ticket = ticket;
        _plan = plan;
        _ledger = ledger;
        _mismatch = mismatch;
        _subject = WriteProblem.SubjectOf(plan);
    }

    public SkipReason? Skipped => _transaction.Refused;

    public long NextRow => _ledger.NextRow;

    public RecordCounts Counts => _ledger.Counts;

    public long Deferred => _ledger.Deferred;

    public bool DirectCopy => LedgerRow.MayCopy(_ticket, _plan) && _ledger.Path == LedgerRow.Copy;

    public void SwitchToUpsert() => _ledger = _ledger with { Path = LedgerRow.Upsert };

    public Task WriteAsync(IRecordBatch batch, CancellationToken cancellationToken) => WriteProblem.GuardAsync(_plan, DirectCopy, async () =>
    {
        RequireTurn(batch);
        if (_mismatch is not null) throw _mismatch;
        try
        {
            if (_plan.Undo is not null) await UndoAsync(batch, null, cancellationToken);
            else if (DirectCopy) await CopyAsync(batch, cancellationToken);
            else await UpsertAsync(batch, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw await TableLocks.WaitingForAsync(_dataSource, [_plan.To], "a batch", TableLocks.AgainstWriters, cancellationToken);
        }
    });

    public Task RejectAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken) =>
        WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
        {
            RequireTurn(batch);
            if (_plan.Undo is not null)
            {
                await UndoAsync(batch, error, cancellationToken);
                return;
            }

            var reject = new Reject(_transaction, _ticket, _subject);
            var deferred = await reject.RecordAsync(batch, error, cancellationToken);
            var ledger = _ledger with
            {
                NextRow = _ledger.NextRow + 1,
                Rejected = _ledger.Rejected + 1,
                Deferred = _ledger.Deferred + (deferred ? 1 : 0),
            };
            await AdvanceAsync(ledger, AuditRow.Reject, batch, [], cancellationToken);
        });

    public async Task<IReadOnlyList<long>> RejectedAsync(CancellationToken cancellationToken)
    {
        var rows = new List<long>();
        await WriteProblem.GuardAsync(_plan, directCopy: false, async () => rows = await Reject.OfAsync(_transaction, _ticket, cancellationToken));
        return rows;
    }

    public Task CommitAsync() => WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
    {
        if (!_isWritten) throw new InvalidOperationException("Nothing was written.");
        await _transaction.CommitAsync();
    });

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();

    async Task CopyAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        // Not disposed when something fails: a connection that breaks may still be sending from the arrays that it would give back.
        var block = new ChangeBlock(_plan.Fields.Count, _plan.Key);
        var columns = Catalog.SqlText.Identifiers(_plan.Fields.Select(f => f.Name));
        var copy = $"COPY {_plan.To} ({columns}) FROM STDIN (FORMAT binary)";
        await TupleStream.CopyAsync(_transaction.Connection, copy, batch, block.Add, cancellationToken);
        block.Require(batch.Rows);
        var log = block.InsertCommand(_ticket.Job.JobId, _ticket.Job.Attempt, _ticket.ObjectNo, _ticket.SegmentNo, batch.FirstRow);
        var ledger = _ledger with { NextRow = _ledger.NextRow + batch.Rows, Inserted = _ledger.Inserted + batch.Rows };
        // What is checked at commit must be found while the batch can still be halved.
        await AdvanceAsync(ledger, AuditRow.Copy, batch, [new NpgsqlBatchCommand("SET CONSTRAINTS ALL IMMEDIATE"), log], cancellationToken);
        block.Dispose();
    }

    async Task UpsertAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        var statements = await _shapes.StatementsAsync(_transaction, _plan, cancellationToken);
        var upsert = new Upsert(_transaction, statements, _ticket, _subject);
        var outcome = await upsert.WriteAsync(batch, _ledger.MostlyUpdates, cancellationToken);
        var ledger = _ledger with
        {
            NextRow = _ledger.NextRow + batch.Rows,
            Inserted = _ledger.Inserted + outcome.Inserted,
            Updated = _ledger.Updated + outcome.Updated,
            Unchanged = _ledger.Unchanged + outcome.Unchanged,
        };
        await AdvanceAsync(ledger, AuditRow.Upsert, batch, [], cancellationToken);
    }

    /// <param name="batch">Entries of a job's log.</param>
    /// <param name="refused">Why the only one of them cannot be undone; null: it is tried.</param>
    /// <param name="cancellationToken">Ends it.</param>
    async Task UndoAsync(IRecordBatch batch, ConnectorException? refused, CancellationToken cancellationToken)
    {
        var statements = await UndoShapes.StatementsAsync(_transaction, _plan, cancellationToken);
        var undo = new Undo(_transaction, statements, _ticket, _subject);
        var outcome = refused is null
            ? await undo.WriteAsync(batch, null, cancellationToken)
            : await undo.RefuseAsync(batch, refused, cancellationToken);
        var ledger = _ledger.With(outcome) with
        {
            NextRow = _ledger.NextRow + batch.Rows,
            Rejected = _ledger.Rejected + outcome.Conflicts,
            Deferred = _ledger.Deferred + outcome.Waiting.Count,
        };
        await AdvanceAsync(ledger, AuditRow.Undo, batch, [], cancellationToken);
    }

    /// <summary>The log, the ledger and the audit row, in one round trip.</summary>
    async Task AdvanceAsync(
        LedgerRow ledger, string path, IRecordBatch batch, IEnumerable<NpgsqlBatchCommand> log, CancellationToken cancellationToken)
    {
        var audit = AuditRow.InsertCommand(_ticket, path, batch.FirstRow, batch.Rows, _ledger, ledger);
        await _transaction.ExecuteAsync([.. log, ledger.UpdateCommand(_ticket), audit], cancellationToken);
        _ledger = ledger;
        _isWritten = true;
    }

    void RequireTurn(IRecordBatch batch)
    {
        if (Skipped is not null) throw new InvalidOperationException("Nothing may be written here.");
        if (_isWritten) throw new InvalidOperationException("A transaction takes one batch.");
        if (batch.FirstRow != NextRow)
        {
            throw PostgresProblem.Of(
                "batch-misplaced", $"{_subject}: the batch begins at record {batch.FirstRow}, the ledger stands at {NextRow}.");
        }
    }
}
