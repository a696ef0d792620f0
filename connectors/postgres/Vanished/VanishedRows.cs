using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>
/// Finds and deletes or marks the rows of an object that its full read did not bring, a part of the table in each transaction. Where it stands
/// is a row of headgate.full_read, moved on by the transaction that did it.
/// </summary>
sealed class VanishedRows(NpgsqlDataSource dataSource, FinishTicket ticket, ObjectPlan plan, long keysInRange = 1_000_000, int purgedAtOnce = 50_000)
{
    /// <summary>No segment's: what is logged of these rows has this number.</summary>
    const int NoSegment = -1;

    public async Task<FinishedBatch> NextAsync(int size, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var step = await BeginAsync(cancellationToken);
            if (step.Transaction.Refused is { } reason) return new FinishedBatch(reason, false, 0);
            try
            {
                return await GoOnAsync(step, size, cancellationToken);
            }
            catch (PostgresException e) when (IsTooMuch(e) && size > 1)
            {
                size /= 2;
            }
            catch (PostgresException e)
                when (e.SqlState == PostgresErrorCodes.QueryCanceled && size > 1 && !cancellationToken.IsCancellationRequested)
            {
                // The caller sees by the time that it took that it has to ask for less.
                return new FinishedBatch(null, false, step.Read.Vanished);
            }
            catch (PostgresException e) when (e.SqlState[..2] is "22" or "23")
            {
                await step.DisposeAsync();
                return await PassOverAsync(step.Read, e, cancellationToken);
            }
        }
    }

    /// <summary>Something in it cannot be dealt with, or all of it not at once: rows may hold much beside their blocks.</summary>
    static bool IsTooMuch(PostgresException e) => e.SqlState == PostgresErrorCodes.OutOfMemory || e.SqlState[..2] is "22" or "23" or "54";

    async Task<FinishedBatch> GoOnAsync(FinishStep step, int size, CancellationToken cancellationToken)
    {
        switch (step.Read.State)
        {
            case FullRead.Reading: return await NoteRejectedAsync(step, size, cancellationToken);
            case FullRead.Scanning: return await ScanAsync(step, size, cancellationToken);
            case FullRead.Purging: return await PurgeAsync(step, cancellationToken);
            case FullRead.Done: return new FinishedBatch(null, Done: true, step.Read.Vanished);
            default: throw ReadCheck.Doubt(plan, "the job stood still for so long that what it had noted was let go of");
        }
    }

    /// <summary>The table is locked against changes of its columns, like for a batch.</summary>
    async Task<FinishStep> BeginAsync(CancellationToken cancellationToken)
    {
        FullRead? read = null;
        ConnectorException? mismatch = null;
        var transaction = await FencedTransaction.BeginAsync(
            dataSource, ticket.Job, [FullRead.LockCommand(ticket, plan), PlannedTypes.LockCommand(plan), PlannedTypes.CompareCommand([plan])],
            async reader =>
            {
                read = await FullRead.ReadAsync(reader, cancellationToken);
                try
                {
                    await reader.NextResultAsync(cancellationToken);
                    await reader.NextResultAsync(cancellationToken);
                    mismatch = await PlannedTypes.ReadAsync(reader, cancellationToken);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
                {
                    throw await TableLocks.WaitingForAsync(
                        dataSource, [plan.To], "looking for rows that vanished", TableLocks.AgainstReaders, cancellationToken);
                }
            },
            cancellationToken);
        if (transaction.Refused is not null) return new FinishStep(transaction, null!);
        if (mismatch is null && read is not null) return new FinishStep(transaction, read);
        await transaction.DisposeAsync();
        throw mismatch ?? ReadCheck.Doubt(plan, "it was not begun at this destination");
    }

    async Task<FinishedBatch> NoteRejectedAsync(FinishStep step, int size, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(step.Transaction, cancellationToken);
        if (await keys.NoteAsync(step.Read, size, cancellationToken) is { } noted) return await AdvanceAsync(step.Transaction, noted, cancellationToken);
        await step.DisposeAsync();
        var check = new ReadCheck(dataSource, ticket, plan) { KeysInRange = keysInRange };
        var (checkedTo, isCertain) = await check.GoOnAsync(step.Read, cancellationToken);
        await using var next = await BeginAsync(cancellationToken);
        if (next.Transaction.Refused is { } reason) return new FinishedBatch(reason, false, 0);
        return next.Read.StandsAt(step.Read)
            ? await AdvanceAsync(next.Transaction, isCertain ? checkedTo with { State = FullRead.Scanning } : checkedTo, cancellationToken)
            : new FinishedBatch(null, false, next.Read.Vanished);
    }

    async Task<RejectedKeys> KeysAsync(FencedTransaction transaction, CancellationToken cancellationToken) => new(
        transaction, ticket, plan, FieldShapes.Of(plan, await FieldShapes.ReadAsync(transaction.Connection, plan.To, cancellationToken)));

    async Task<FinishedBatch> ScanAsync(FinishStep step, int size, CancellationToken cancellationToken)
    {
        var (transaction, read) = (step.Transaction, step.Read);
        if (await LeafTable.NextAsync(transaction, plan.To, read.Next, cancellationToken) is not { } leaf)
            return await EndScanAsync(transaction, read, cancellationToken);
        var table = await FieldShapes.ReadAsync(transaction.Connection, plan.To, cancellationToken);
        var fields = FieldShapes.Of(plan, table);
        var rest = table.Where(f => !f.Generated && plan.Fields.All(p => p.Name != f.Name) && f.Name != plan.Mark).ToList();
        var end = leaf.FirstBlock + size;
        var statement = new VanishedStatements(plan, fields, [.. rest.Select(f => f.Shape)]).Of(leaf, end);
        var gone = await WriteAsync(transaction, statement, read, isSingle: size == 1, cancellationToken);
        var after = read with
        {
            Next = (leaf.Oid, end),
            Vanished = read.Vanished + gone,
            PassVanished = read.PassVanished + gone,
            Rest = gone == 0 ? read.Rest : Aligned(read.Rest, [.. rest.Select(f => (f.Name, f.Type))]),
        };
        return await AdvanceAsync(transaction, after, cancellationToken, gone);
    }

    async Task<long> WriteAsync(
        FencedTransaction transaction, string statement, FullRead read, bool isSingle, CancellationToken cancellationToken)
    {
        // A stop waits for what is in hand: where less can be asked for, much is not tried for long, if longer than a lock is waited for.
        if (!isSingle) await transaction.ExecuteAsync("SET LOCAL statement_timeout TO '20s'", cancellationToken);
        // Each row is looked up by index: what the planner thinks of a set that was filled a moment ago is not to matter.
        await transaction.ExecuteAsync(
            "SELECT pg_catalog.set_config(s, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS s",
            cancellationToken);
        long gone = 0;
        await using (var command = transaction.Command(statement))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = ticket.Job.JobId });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.Job.Attempt });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ticket.ObjectNo });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = NoSegment });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = read.Vanished });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = read.SetId });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) gone += reader.GetInt32(0);
        }

        await transaction.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        return gone;
    }

    /// <summary>What is logged already is aligned to the columns of then: others may only have come behind them.</summary>
    IReadOnlyList<(string Name, string Type)> Aligned(
        IReadOnlyList<(string Name, string Type)>? before, IReadOnlyList<(string Name, string Type)> now) =>
        before is null || before.SequenceEqual(now.Take(before.Count))
            ? now
            : throw PostgresProblem.Of("fields-changed",
                $"{WriteProblem.SubjectOf(plan)}: columns of the table were changed while rows that vanished were deleted; restart the job.");

    async Task<FinishedBatch> EndScanAsync(FencedTransaction transaction, FullRead read, CancellationToken cancellationToken)
    {
        var anew = read with { Next = (0, 0), PassVanished = 0, PostponedBy = null };
        if (read.PostponedBy is not { } reason) return await AdvanceAsync(transaction, read with { State = FullRead.Purging, Next = (0, long.MinValue) }, cancellationToken);
        var onceMore = await AdvanceAsync(transaction, anew, cancellationToken);
        // A row may have been in the way of one before it: as long as a pass deletes any, another may delete more.
        return read.PassVanished > 0 ? onceMore : throw PostgresProblem.Of("rows-held",
            $"{WriteProblem.SubjectOf(plan)}: rows that vanished at the source cannot be deleted or marked: {reason}. Remove what holds them and resume "
            + "the job, or set onVanished: keep.");
    }

    /// <summary>A single block, or the key of a single record, that cannot be dealt with now.</summary>
    /// <param name="failed">Where it stood: what comes next by now may be something else, which nobody has tried.</param>
    /// <param name="error">Why.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<FinishedBatch> PassOverAsync(FullRead failed, PostgresException error, CancellationToken cancellationToken)
    {
        await using var step = await BeginAsync(cancellationToken);
        if (step.Transaction.Refused is { } reason) return new FinishedBatch(reason, false, 0);
        if (!step.Read.StandsAt(failed)) return new FinishedBatch(null, false, step.Read.Vanished);
        if (step.Read.State == FullRead.Reading)
        {
            var keys = await KeysAsync(step.Transaction, cancellationToken);
            return await AdvanceAsync(step.Transaction, await keys.PassOverAsync(step.Read, cancellationToken), cancellationToken);
        }

        if (await LeafTable.NextAsync(step.Transaction, plan.To, step.Read.Next, cancellationToken) is not { } leaf)
            return new FinishedBatch(null, false, step.Read.Vanished);
        var holder = PostgresProblem.From(error, "").Problem.Sentence.Trim(':', ' ', '.');
        var after = step.Read with { Next = (leaf.Oid, leaf.FirstBlock + 1), PostponedBy = holder };
        return await AdvanceAsync(step.Transaction, after, cancellationToken);
    }

    /// <summary>Of this read alone: what earlier jobs have left does not keep this one from its end.</summary>
    async Task<FinishedBatch> PurgeAsync(FinishStep step, CancellationToken cancellationToken)
    {
        var (deleted, last) = await SeenKeys.DeleteAsync(
            step.Transaction, step.Read.SetId, step.Read.Next.Block, purgedAtOnce, cancellationToken);
        var after = step.Read with { Next = (0, last ?? step.Read.Next.Block) };
        return deleted == purgedAtOnce
            ? await AdvanceAsync(step.Transaction, after, cancellationToken)
            : (await AdvanceAsync(step.Transaction, after with { State = FullRead.Done }, cancellationToken)) with { Done = true };
    }

    async Task<FinishedBatch> AdvanceAsync(FencedTransaction transaction, FullRead after, CancellationToken cancellationToken, long gone = 0)
    {
        List<NpgsqlBatchCommand> commands = [after.UpdateCommand(ticket, plan)];
        if (gone > 0) commands.Add(AuditRow.VanishedCommand(ticket, after.Vanished - gone, gone));
        await transaction.ExecuteAsync(commands, cancellationToken);
        await transaction.CommitAsync();
        return new FinishedBatch(null, false, after.Vanished, gone);
    }
}
