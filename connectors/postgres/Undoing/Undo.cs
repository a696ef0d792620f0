using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Headgate.Contracts.Steps;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Undoes a batch of a job's log: each row that still has what the job wrote gets back what it was, and all others are left as they are and
/// recorded, while others write to the same table.
/// </summary>
/// <param name="transaction">The batch's.</param>
/// <param name="statements">Of the plan.</param>
/// <param name="ticket">The segment.</param>
/// <param name="subject">What sentences begin with.</param>
sealed class Undo(FencedTransaction transaction, UndoStatements statements, SegmentTicket ticket, string subject)
{
    const int MaxIdleRounds = 10;

    IRecordBatch _batch = null!;

    /// <summary>Of what the entries have changed.</summary>
    UndoStatements _statements = null!;

    long[]? _rowNos;
    bool _refersToItself;

    /// <param name="batch">The entries.</param>
    /// <param name="rowNos">Their numbers in the segment; null: they go on from the batch's first.</param>
    /// <param name="cancellationToken">Ends it; the transaction is over then.</param>
    public async Task<UndoOutcome> WriteAsync(IRecordBatch batch, long[]? rowNos, CancellationToken cancellationToken)
    {
        await StageAsync(batch, rowNos, cancellationToken);
        var outcome = new UndoOutcome();
        var idle = 0;
        do
        {
            if (idle == MaxIdleRounds)
            {
                throw PostgresProblem.Of(
                    "rows-contended", $"{subject}: others keep changing the same rows, or a trigger drops them.", retryable: true);
            }

            var after = await RoundAsync(outcome, cancellationToken);
            idle = after == outcome ? idle + 1 : 0;
            outcome = after;
        }
        while (await ReopenAsync(idle == 0, cancellationToken) > 0);

        // What is checked at commit must be found while the batch can still be halved.
        await transaction.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        return await EndAsync(outcome, null, cancellationToken);
    }

    /// <summary>Records the batch of exactly one as a conflict, since it could not be undone; unless it need not be any more.</summary>
    public async Task<UndoOutcome> RefuseAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken)
    {
        if (batch.Rows != 1) throw new InvalidOperationException("Conflicts that were not foreseen are recorded one by one.");
        await StageAsync(batch, null, cancellationToken);
        await JudgeAsync(cancellationToken);
        await using (var command = transaction.Command(_statements.Refuse, Text(KindOf(error)), Text(error.Constraint)))
            await command.ExecuteNonQueryAsync(cancellationToken);
        return await EndAsync(new UndoOutcome(), error, cancellationToken);
    }

    /// <summary>A row that was to be deleted and is referred to; a value that another row has taken; a value that does not fit any more.</summary>
    static string KindOf(ConnectorException error) => error.Problem.SqlState switch
    {
        PostgresErrorCodes.ForeignKeyViolation => "referred",
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation => "taken",
        _ => "changed",
    };

    async Task StageAsync(IRecordBatch batch, long[]? rowNos, CancellationToken cancellationToken)
    {
        (_batch, _rowNos) = (batch, rowNos);
        await transaction.ExecuteAsync(UndoTables.Prepare.Select(sql => new NpgsqlBatchCommand(sql)), cancellationToken);
        await TupleStream.CopyAsync(transaction.Connection, UndoTables.Copy(statements.Fields), batch, observe: null, cancellationToken);
        await transaction.ExecuteAsync(UndoTables.Open, cancellationToken);
        _statements = await NarrowedAsync(cancellationToken);
    }

    async Task<UndoStatements> NarrowedAsync(CancellationToken cancellationToken)
    {
        if (statements.Changed is not { } sql) return statements;
        await using var command = transaction.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var covered = statements.Fields.Covered;
        var changed = covered.Where((_, at) => reader.GetBoolean(at)).ToList();
        return changed.Count is 0 || changed.Count == covered.Count ? statements : new UndoStatements(statements.Fields.Changing(changed));
    }

    /// <summary>One look at the entries that are open. Those whose rows others change between two statements stay so.</summary>
    async Task<UndoOutcome> RoundAsync(UndoOutcome before, CancellationToken cancellationToken)
    {
        var (updates, inserts, deletes) = await JudgeAsync(cancellationToken);
        var outcome = before;
        if (updates > 0) outcome = outcome with { PutBack = before.PutBack + await LoggedAsync(_statements.PutBack!, cancellationToken) };
        if (inserts > 0) outcome = outcome with { Deleted = before.Deleted + await DeleteAsync(cancellationToken) };
        if (deletes > 0) outcome = outcome with { Restored = before.Restored + await RestoreAsync(deletes, cancellationToken) };
        return outcome;
    }

    async Task<(long Updates, long Inserts, long Deletes)> JudgeAsync(CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(_statements.Judge, cancellationToken);
        var counts = await CountsAsync(UndoTables.Summary(_statements.Fields), cancellationToken);
        if (counts[0] > 0 || counts[1] > 0) throw Uneven();
        if (counts[5] + counts[6] > 0)
        {
            if (counts[5] > 0) await new UndoHashes(transaction.Connection, _statements.Fields).CompareAsync(cancellationToken);
            await new Versions(transaction.Connection, _statements.Fields).SettleAsync(cancellationToken);
            counts = await CountsAsync(UndoTables.Summary(_statements.Fields), cancellationToken);
        }

        return (counts[2], counts[3], counts[4]);
    }

    async Task<long> DeleteAsync(CancellationToken cancellationToken)
    {
        // What somebody has filled it with is neither looked at nor logged, and would be gone with the row.
        if (_statements.Fields.Later is { } later)
            throw PostgresProblem.Of("fields-changed", $"{subject}: column \"{later}\" came after the rollback was planned; restart the rollback.");
        await transaction.ExecuteAsync(_statements.Hold, cancellationToken);
        var referrers = await ReferrersAsync(cancellationToken);
        if (referrers.FirstOrDefault(r => r is { Visible: false, Carries: true }) is { } hidden) throw Hidden(hidden);
        // One that cannot be seen and only refuses is left to the server.
        var seen = referrers.Where(r => r.Visible).ToList();
        _refersToItself = seen.Exists(r => r.IsOwn);
        if (seen.Count > 0) await transaction.ExecuteAsync(_statements.Refer(seen), cancellationToken);
        var deleted = await LoggedAsync(_statements.Delete, cancellationToken);
        // From its first delete on the transaction keeps foreign keys from being made. One that came between was not looked at.
        if ((await ReferrersAsync(cancellationToken)).Select(r => r.Constraint).Except(referrers.Select(r => r.Constraint)).Any())
            throw PostgresProblem.Of("rows-contended", $"{subject}: a foreign key to it was made at this moment.", retryable: true);
        return deleted;
    }

    Task<IReadOnlyList<Referrer>> ReferrersAsync(CancellationToken cancellationToken) =>
        Referrers.ReadAsync(transaction.Connection, _statements.Fields.Table, cancellationToken);

    async Task<long> RestoreAsync(long wanted, CancellationToken cancellationToken)
    {
        var attempts = new List<int>();
        await using (var command = transaction.Command(UndoStatements.Attempts))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) attempts.Add(reader.GetInt32(0));
        }

        long restored = 0;
        if (_statements.Fields.LogsVersions) await transaction.ExecuteAsync(UndoTables.HashJoins(are: true, alone: true), cancellationToken);
        foreach (var attempt in attempts) restored += await LoggedAsync(_statements.Restore(attempt), cancellationToken);
        if (_statements.Fields.LogsVersions) await transaction.ExecuteAsync(UndoTables.HashJoins(are: false, alone: true), cancellationToken);
        // Else it is found out by looking again which of them others were quicker than.
        if (restored == wanted) await transaction.ExecuteAsync(UndoTables.Restored, cancellationToken);
        return restored;
    }

    /// <summary>Rows that only others of the batch referred to can be deleted once those are.</summary>
    async Task<long> ReopenAsync(bool wrote, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(UndoTables.Reopen(referred: wrote && _refersToItself), cancellationToken);

    /// <summary>Records the conflicts, and keeps the entries of those that are tried again.</summary>
    async Task<UndoOutcome> EndAsync(UndoOutcome outcome, ConnectorException? error, CancellationToken cancellationToken)
    {
        var ends = await CountsAsync(UndoTables.Ends, cancellationToken);
        if (ends[0] != outcome.PutBack + outcome.Deleted + outcome.Restored) throw Uneven();
        if (ends[0] + ends[1] == _batch.Rows) return outcome with { Unchanged = ends[1] };
        var waiting = new List<long>();
        long conflicts = 0;
        var rowNos = new NpgsqlParameter { Value = (object?)_rowNos ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
        await using (var command = transaction.Command(_statements.Record,
            [.. TicketParameters(), rowNos, Text(error?.Problem.SqlState), Text(error?.Column), Text(error?.Problem.Sentence)]))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            for (; await reader.ReadAsync(cancellationToken); conflicts++)
                if (reader.GetBoolean(1)) waiting.Add(reader.GetInt64(0));
        }

        if (waiting.Count > 0) await new WaitingEntries(transaction, ticket).KeepAsync(_batch, _rowNos, waiting, cancellationToken);
        if (ends[0] + ends[1] + conflicts != _batch.Rows) throw Uneven();
        return outcome with { Unchanged = ends[1], Conflicts = conflicts, Waiting = waiting };
    }

    /// <summary>
    /// Two entries of the batch are about one row: written by two records whose keys are one to the table, or by two reads. Halving takes the
    /// two apart; alone, each is undone, the later before the earlier.
    /// </summary>
    ConnectorException Uneven() => new(new Problem
    {
        Code = "rows-uneven",
        Sentence = $"{subject}: several entries of the batch meet the same row, or a trigger writes to it.",
        Retryable = false,
    })
    {
        Remedy = _batch.Rows > 1 ? LoadRemedy.Halve : LoadRemedy.None,
    };

    ConnectorException Hidden(Referrer referrer) => PostgresProblem.Of("permission",
        $"{subject}: constraint \"{referrer.Constraint}\" of {referrer.Table} carries deletes on, and the role does not see all rows of that table: "
        + "which rows can be deleted cannot be told.");

    async Task<long[]> CountsAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }

    /// <summary>Runs a statement that writes and logs; returns how many rows.</summary>
    async Task<long> LoggedAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql, TicketParameters());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long rows = 0;
        while (await reader.ReadAsync(cancellationToken)) rows += reader.GetInt32(0);
        return rows;
    }

    NpgsqlParameter[] TicketParameters() =>
    [
        new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId },
        new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
        new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo },
        new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo },
        new NpgsqlParameter<long> { TypedValue = _rowNos?[0] ?? _batch.FirstRow },
    ];

    static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
