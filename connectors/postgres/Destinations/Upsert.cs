using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Headgate.Contracts.Steps;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Writes a batch so that afterwards the table holds its records, touching only the rows that really differ, and logs exactly what was
/// replaced while others write to the same table.
/// </summary>
sealed class Upsert(FencedTransaction transaction, UpsertStatements statements, SegmentTicket ticket, string subject)
{
    const int MaxRounds = 10;

    int _round;
    long _first;
    int _rows;

    /// <param name="batch">The records.</param>
    /// <param name="mostlyUpdates">Expect most to differ: lock those first and look closer only at the rest.</param>
    /// <param name="cancellationToken">Ends it; the transaction is over then.</param>
    public async Task<WriteOutcome> WriteAsync(IRecordBatch batch, bool mostlyUpdates, CancellationToken cancellationToken)
    {
        (_first, _rows) = (batch.FirstRow, batch.Rows);
        await StageAsync(batch, cancellationToken);
        var outcome = new WriteOutcome();
        long open = _rows;
        var pended = false;
        if (mostlyUpdates && statements.HasOthers)
        {
            outcome = outcome with { Updated = await ReplaceAsync(statements.LockAll, cancellationToken) };
            open -= outcome.Updated;
            pended = open > 0;
            if (pended) await transaction.ExecuteAsync(Commands(UpsertStatements.PendFromStage), cancellationToken);
        }

        while (open > 0)
        {
            if (++_round > MaxRounds)
                throw PostgresProblem.Of("rows-contended", $"{subject}: others keep changing the same rows.", retryable: true);
            (outcome, open) = await RoundAsync(outcome, open, pended, cancellationToken);
            pended = true;
        }

        // What is checked at commit must be found while the batch can still be halved.
        await transaction.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        return outcome;
    }

    async Task StageAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(Commands(statements.Prepare), cancellationToken);
        await TupleStream.CopyAsync(transaction.Connection, statements.Copy, batch, observe: null, cancellationToken);
        if (statements.Cast is { } cast) await transaction.ExecuteAsync(cast, cancellationToken);
    }

    /// <summary>One look at the records still open. Those that others inserted, deleted or changed meanwhile stay open.</summary>
    async Task<(WriteOutcome Outcome, long Open)> RoundAsync(
        WriteOutcome before, long open, bool pended, CancellationToken cancellationToken)
    {
        var (absent, differing) = await ClassifyAsync(pended ? statements.ClassifyPending : statements.ClassifyAll, cancellationToken);
        var inserted = absent == 0 ? 0 : await InsertAsync(absent == _rows ? statements.InsertAll : statements.InsertAbsent, cancellationToken);
        var updated = differing == 0 ? 0 : await ReplaceAsync(statements.LockMatched, cancellationToken);
        var left = absent + differing - inserted - updated;
        if (left > 0)
        {
            if (inserted < absent && inserted > 0) await MarkInsertedAsync(inserted, cancellationToken);
            var pend = inserted == absent ? UpsertStatements.PendFromDiffering : UpsertStatements.PendFromMatch;
            await transaction.ExecuteAsync(Commands(pend), cancellationToken);
        }

        var outcome = new WriteOutcome(
            before.Inserted + inserted, before.Updated + updated, before.Unchanged + open - absent - differing);
        return (outcome, left);
    }

    async Task<(long Absent, long Differing)> ClassifyAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    async Task<long> InsertAsync(string sql, CancellationToken cancellationToken)
    {
        var command = Logged(sql);
        await transaction.ExecuteAsync([command], cancellationToken);
        return command.RecordsAffected;
    }

    async Task<long> ReplaceAsync(string sql, CancellationToken cancellationToken)
    {
        var locking = Logged(sql);
        locking.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _round });
        var updating = new NpgsqlBatchCommand(statements.Update) { Parameters = { new NpgsqlParameter<int> { TypedValue = _round } } };
        await transaction.ExecuteAsync([locking, updating], cancellationToken);
        if (locking.RecordsAffected != updating.RecordsAffected) throw Uneven();
        return locking.RecordsAffected;
    }

    async Task MarkInsertedAsync(long inserted, CancellationToken cancellationToken)
    {
        var marking = new NpgsqlBatchCommand(statements.MarkInserted) { Parameters = { new NpgsqlParameter<int> { TypedValue = _round } } };
        await transaction.ExecuteAsync([marking], cancellationToken);
        if (marking.RecordsAffected != inserted) throw Uneven();
    }

    /// <summary>
    /// Two records of the batch are one to the table's key (their keys differ only for the source), or a trigger dropped a row. Halving
    /// takes the two apart; alone, each is written, the later over the earlier.
    /// </summary>
    ConnectorException Uneven() => new(new Problem
    {
        Code = "rows-uneven",
        Sentence = _rows > 1
            ? $"{subject}: several records of the batch meet the same row."
            : $"{subject}: the row was not written; a trigger may have dropped it.",
        Retryable = false,
    })
    {
        Remedy = _rows > 1 ? LoadRemedy.Halve : LoadRemedy.None,
    };

    NpgsqlBatchCommand Logged(string sql) => new(sql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId },
            new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo },
            new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo },
            new NpgsqlParameter<long> { TypedValue = _first },
        },
    };

    static IEnumerable<NpgsqlBatchCommand> Commands(IReadOnlyList<string> sql) => sql.Select(s => new NpgsqlBatchCommand(s));
}
