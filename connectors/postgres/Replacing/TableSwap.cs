using System.Security.Cryptography;
using System.Text;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>
/// Lets a table that was loaded beside another one take its place, in one transaction: a reader sees either the old one or the new one
/// whole. The old one goes to schema headgate.
/// </summary>
sealed class TableSwap(NpgsqlDataSource dataSource, FinishTicket ticket, ObjectPlan plan, int maxTries = TableSwap.MaxTries)
{
    /// <summary>Some seconds. What takes longer is waited for with others' work between, and with whom it waits for in the job.</summary>
    public const int MaxTries = 16;

    const int MaxNameBytes = 63;

    readonly SwapLocks _locks = new(plan);

    /// <summary>
    /// A lock that is not had at once is given up and asked for again later: waiting for it would make all readers queue behind it.
    /// </summary>
    public async Task<FinishedBatch> RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == maxTries) throw await HeldAsync(cancellationToken);
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(50, 250), cancellationToken);
        }
    }

    /// <summary>A report or a backup may read the table for hours, and the job's own work of hours is not to be lost for that.</summary>
    async Task<ConnectorException> HeldAsync(CancellationToken cancellationToken)
    {
        var waiting = await TableLocks.WaitingForAsync(
            dataSource, _locks.Wanted, $"the new table for {plan.Replaces}", TableLocks.All, cancellationToken);
        return new ConnectorException(waiting.Problem with { Held = true });
    }

    async Task<FinishedBatch> TryAsync(CancellationToken cancellationToken)
    {
        string? state = null;
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket.Job, [SwapRow.LockCommand(ticket.Job, plan)], async row =>
        {
            if (await row.ReadAsync(cancellationToken)) state = row.GetString(0);
        }, cancellationToken);
        if (transaction.Refused is { } reason) return new FinishedBatch(reason, false, 0);
        if (state == "swapped") return new FinishedBatch(null, Done: true, 0);
        if (state != "made") throw Lost();
        await transaction.ExecuteAsync("SET LOCAL lock_timeout TO '100ms'", cancellationToken);
        await RequireLoadedAsync(transaction, cancellationToken);
        await _locks.TakeAsync(transaction, cancellationToken);
        var (old, made) = (NameOf(plan.Replaces!), NameOf(plan.To));
        var extras = await TableExtras.ReadAsync(transaction.Connection, old, cancellationToken);
        RefuseObstacles(extras);
        RefuseChanges(extras);
        var kept = KeptName(old.Name);
        var references = extras.References.Where(r => !r.Self).ToList();
        await transaction.ExecuteAsync(
            string.Concat(references.Select(r => $"ALTER TABLE {plan.Replaces} DROP CONSTRAINT {SqlText.Identifier(r.Name)};\n"))
            + await RenamesAsync(transaction, old, made, kept, cancellationToken), cancellationToken);
        // The old one's row in the catalog is this transaction's by now: no GRANT or REVOKE comes between any more.
        var belongs = await TableExtras.ReadAsync(transaction.Connection, new QualifiedName("headgate", kept), cancellationToken);
        HashSet<string> columns = [.. plan.Fields.Select(f => f.Name), .. plan.Mark is { } mark ? (string[])[mark] : []];
        await transaction.ExecuteAsync(NewTable.Belonging(plan.Replaces!, belongs, columns), cancellationToken);
        var definitions = references.Select(r => $"ADD CONSTRAINT {SqlText.Identifier(r.Name)} {r.Definition}");
        await transaction.ExecuteAsync(
            [SwapRow.SwappedCommand(ticket.Job, plan, new QualifiedName("headgate", kept).ToSql(), definitions)], cancellationToken);
        await transaction.CommitAsync();
        return new FinishedBatch(null, Done: true, 0);
    }

    async Task RequireLoadedAsync(FencedTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT count(*) FILTER (WHERE coalesce(l.next_row, 0) <> s.rows), coalesce(sum(s.rows), 0)::bigint
            FROM unnest($4, $5) AS s (segment_no, rows)
            LEFT JOIN headgate.ledger l ON l.job_id = $1 AND l.attempt = $2 AND l.object_no = $3 AND l.segment_no = s.segment_no
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt },
            new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo }, new NpgsqlParameter<int[]> { TypedValue = [.. ticket.Segments.Keys] },
            new NpgsqlParameter<long[]> { TypedValue = [.. ticket.Segments.Values] });
        long records;
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            if (row.GetInt64(0) > 0)
            {
                throw PostgresProblem.Of("read-in-doubt",
                    $"{Subject}: not all of its segments are written in full, so it does not replace anything; restart the job.");
            }

            records = row.GetInt64(1);
        }

        await RefuseEmptyAsync(transaction, records, cancellationToken);
    }

    /// <summary>Judged by what takes the place, not by what was read: all of that may have been rejected.</summary>
    async Task RefuseEmptyAsync(FencedTransaction transaction, long records, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            $"SELECT NOT EXISTS (SELECT FROM {plan.To}) AND EXISTS (SELECT FROM {plan.Replaces})");
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!) return;
        var (why, mend) = records == 0 ? ("the source had no record when it was read", "If it has them again, restart the job, which reads anew. ")
            : ($"all {records} records of the source were rejected", "Mend what rejects them and restart the job. ");
        throw PostgresProblem.Of("source-empty",
            $"{Subject}: {why}, and the table would be replaced by one without any. {mend}If it is right, empty the table and resume the job.");
    }

    /// <summary>Under the lock: nothing can have come since.</summary>
    void RefuseObstacles(TableExtras extras)
    {
        if (extras.Obstacles.Count == 0) return;
        throw PostgresProblem.Of("cannot-replace",
            $"{Subject}: since the job was planned something has come to hang on the table that could not be made anew: {string.Join(", ", extras.Obstacles)}. "
            + "Remove it and resume the job.");
    }

    /// <summary>Under the lock as well. What has changed since the new table was made as the old one would be lost, or come back.</summary>
    void RefuseChanges(TableExtras extras)
    {
        if (plan.Replaced is not { } planned) return;
        var changed = planned.Except(extras.Parts).Concat(extras.Parts.Except(planned)).Select(part => part.Key).Distinct().ToList();
        if (changed.Count == 0) return;
        throw PostgresProblem.Of("cannot-replace",
            $"{Subject}: since the job was planned this has been added to the table, changed or removed, and the table that is to take its "
            + $"place was made without knowing of it: {string.Join(", ", changed)}. Restart the job, or take that back and resume it.");
    }

    /// <summary>Indexes keep their names, as far as the new table has one like it; those of the old table make room for them.</summary>
    async Task<string> RenamesAsync(
        FencedTransaction transaction, QualifiedName old, QualifiedName made, string kept, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder();
        var (before, after) = (
            await TableIndex.ReadAsync(transaction, plan.Replaces!, cancellationToken), await TableIndex.ReadAsync(transaction, plan.To, cancellationToken));
        foreach (var index in before)
            sql.Append($"ALTER INDEX {In(old.Schema, index.Name)} RENAME TO {SqlText.Identifier($"old_{Id}_{index.Oid}")};\n");
        sql.Append($"ALTER TABLE {plan.Replaces} RENAME TO {SqlText.Identifier(kept)};\n");
        sql.Append($"ALTER TABLE {In(old.Schema, kept)} SET SCHEMA headgate;\n");
        sql.Append($"ALTER TABLE {plan.To} RENAME TO {SqlText.Identifier(old.Name)};\n");
        var (left, nameless) = (after.ToList(), before.ToList());
        // Those that are alike to the last letter first: of several with the same columns each is to get its own name.
        foreach (var isAlike in (Func<TableIndex, TableIndex, bool>[])[(x, y) => x.Definition == y.Definition, (x, y) => x.Shape == y.Shape])
        {
            foreach (var index in nameless.ToList())
            {
                if (left.FindIndex(each => isAlike(each, index)) is var at && at < 0) continue;
                sql.Append($"ALTER INDEX {In(made.Schema, left[at].Name)} RENAME TO {SqlText.Identifier(index.Name)};\n");
                left.RemoveAt(at);
                nameless.Remove(index);
            }
        }

        return sql.ToString();
    }

    string Subject => $"Object {plan.Replaces}";

    string Id => ticket.Job.JobId.ToString("N");

    ConnectorException Lost() =>
        PostgresProblem.Of("table-lost", $"{Subject}: the table that was made to replace it is not known at this destination; restart the job.");

    string KeptName(string name)
    {
        var kept = $"old_{Id}_{ticket.Job.Attempt}_{ticket.ObjectNo}_{name}";
        while (Encoding.UTF8.GetByteCount(kept) > MaxNameBytes || char.IsHighSurrogate(kept[^1])) kept = kept[..^1];
        return kept;
    }

    static string In(string schema, string name) => new QualifiedName(schema, name).ToSql();

    static QualifiedName NameOf(string sql) => QualifiedName.TryParse(sql, out var name, out var problem)
        ? name : throw new InvalidOperationException($"A planned table has no name: {problem}.");
}
