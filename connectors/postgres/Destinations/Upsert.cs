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

    long _first;
    int _rows;

    /// <param name="batch">The records.</param>
    /// <param name="mostlyUpdates">Expect most to differ: replace those first and look closer only if some are left.</param>
    /// <param name="cancellationToken">Ends it; the transaction is over then.</param>
    public async Task<WriteOutcome> WriteAsync(IRecordBatch batch, bool mostlyUpdates, CancellationToken cancellationToken)
    {
        (_first, _rows) = (batch.FirstRow, batch.Rows);
        await StageAsync(batch, cancellationToken);
        var outcome = new WriteOutcome();
        if (mostlyUpdates && statements.HasOthers)
            outcome = outcome with { Updated = await LoggedAsync(statements.ReplaceAll, cancellationToken) };
        long open = _rows - outcome.Updated;
        for (var round = 1; open > 0; round++)
        {
            if (round > MaxRounds)
            {
                throw PostgresProblem.Of(
                    "rows-contended", $"{subject}: others keep changing the same rows, or a trigger drops them.", retryable: true);
            }

            (outcome, open) = await RoundAsync(outcome, round, cancellationToken);
        }

        // What is checked at commit must be found while the batch can still be halved.
        await transaction.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        if (statements.Note is { } note) await NoteKeysAsync(note, cancellationToken);
        return outcome;
    }

    /// <summary>How many it were is kept with the segment: before anything counts as vanished, it is made sure that none got lost.</summary>
    async Task NoteKeysAsync(string note, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command($"""
            WITH noted AS ({note} RETURNING 1)
            UPDATE headgate.ledger SET noted = noted + (SELECT count(*) FROM noted)
            WHERE job_id = $1 AND attempt = $2 AND object_no = $3 AND segment_no = $4
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task StageAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(statements.Prepare.Select(s => new NpgsqlBatchCommand(s)), cancellationToken);
        await TupleStream.CopyAsync(transaction.Connection, statements.Copy, batch, observe: null, cancellationToken);
        if (statements.Cast is { } cast) await transaction.ExecuteAsync(cast, cancellationToken);
    }

    /// <summary>One look at the records. Those that others inserted, deleted or changed between two statements stay open.</summary>
    async Task<(WriteOutcome Outcome, long Open)> RoundAsync(WriteOutcome before, int round, CancellationToken cancellationToken)
    {
        var written = before.Inserted + before.Updated;
        if (round > 1) await transaction.ExecuteAsync(UpsertStatements.ClearMatch, cancellationToken);
        var classify = written == 0 ? statements.Classify : statements.ClassifyAgain;
        var (own, absent, differing) = await ClassifyAsync(classify, cancellationToken);
        if (own != written) throw Uneven();
        var insert = absent == _rows ? statements.InsertAll : statements.InsertAbsent;
        var inserted = absent == 0 ? 0 : await LoggedAsync(insert, cancellationToken);
        var updated = differing == 0 ? 0 : await LoggedAsync(statements.ReplaceMatched, cancellationToken);
        var outcome = new WriteOutcome(before.Inserted + inserted, before.Updated + updated, _rows - written - absent - differing);
        return (outcome, absent + differing - inserted - updated);
    }

    async Task<(long Own, long Absent, long Differing)> ClassifyAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>
    /// Two records of the batch are one to the table's key (their keys differ only for the source), or a trigger wrote rows of the batch.
    /// Halving takes the two apart; alone, each is written, the later over the earlier.
    /// </summary>
    ConnectorException Uneven() => new(new Problem
    {
        Code = "rows-uneven",
        Sentence = $"{subject}: several records of the batch meet the same row, or a trigger writes to it.",
        Retryable = false,
    })
    {
        Remedy = _rows > 1 ? LoadRemedy.Halve : LoadRemedy.None,
    };

    /// <summary>Runs a statement that writes and logs; returns how many rows.</summary>
    async Task<long> LoggedAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.SegmentNo });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _first });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long rows = 0;
        while (await reader.ReadAsync(cancellationToken)) rows += reader.GetInt32(0);
        return rows;
    }
}
