using Headgate.Connectors.Changes;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.ChangeLog;
using Headgate.Connectors.Postgres.Comparing;
using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Replacing;
using Headgate.Connectors.Postgres.Replaying;
using Headgate.Connectors.Postgres.Undoing;
using Headgate.Connectors.Postgres.Vanished;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>A PostgreSQL database that records are written to.</summary>
public sealed class PostgresDestination : IDestination
{
    readonly NpgsqlDataSource _dataSource;
    readonly string _subject;
    readonly FieldShapes _shapes = new();

    /// <summary>Opens a destination; connects on first use.</summary>
    /// <param name="connection">Connection string of the role that writes.</param>
    public PostgresDestination(string connection)
    {
        _subject = PostgresConnections.Describe("Destination", connection);
        // Settings are made with SET LOCAL and tables ON COMMIT DROP: there is nothing to reset between two transactions.
        _dataSource = PostgresConnections.Create(connection, PostgresConnections.DestinationApplication, s =>
        {
            s.NoResetOnClose = true;
            s.CommandTimeout = 55;
        }, PostgresConnections.ServerKeepAlive);
    }

    /// <inheritdoc/>
    public bool CanFinish => true;

    /// <inheritdoc/>
    public Task<string> RoleAsync(CancellationToken cancellationToken) => Guarded.RunAsync(_subject, async () =>
    {
        await using var command = _dataSource.CreateCommand("SELECT current_user::text");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options,
        CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => DestinationPlanner.PlanAsync(_dataSource, objects, options, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => TableEstimate.OfAsync(_dataSource, objects, cancellationToken));

    /// <inheritdoc/>
    public Task<IComparison?> OpenComparisonAsync(ObjectPlan plan, CancellationToken cancellationToken) =>
        Guarded.WriteAsync<IComparison?>(_dataSource, WriteProblem.SubjectOf(plan), async () =>
            await TableComparison.OpenAsync(_dataSource, plan, byKeys: false, cancellationToken));

    /// <inheritdoc/>
    public Task<IKeyedComparison?> OpenKeyedComparisonAsync(ObjectPlan plan, CancellationToken cancellationToken) =>
        Guarded.WriteAsync<IKeyedComparison?>(_dataSource, WriteProblem.SubjectOf(plan), async () =>
            new KeyedComparison(await TableComparison.OpenAsync(_dataSource, plan, byKeys: true, cancellationToken), plan));

    /// <inheritdoc/>
    public Task<IRepeatedRecords?> OpenRepeatedRecordsAsync(CancellationToken cancellationToken) =>
        Guarded.RunAsync<IRepeatedRecords?>(_subject, async () => await RepeatedRecords.OpenAsync(_dataSource, _subject, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>?> ApplyChangesAsync(
        JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken) =>
        Guarded.WriteAsync(_dataSource, _subject, () => new ShapeChanges(_dataSource, ticket).ApplyAsync(plans, cancellationToken));

    /// <inheritdoc/>
    public Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken) =>
        Guarded.WriteAsync<IBatchTransaction>(_dataSource, WriteProblem.SubjectOf(plan), async () =>
        {
            var (transaction, ledger, mismatch) = await BeginSegmentAsync(_dataSource, ticket, plan, cancellationToken);
            return new PostgresBatchTransaction(_dataSource, transaction, _shapes, ticket, plan, ledger, mismatch);
        });

    /// <inheritdoc/>
    public Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken) =>
        Guarded.WriteAsync(_dataSource, WriteProblem.SubjectOf(plan), () =>
            new DeferredRetry(_dataSource, _shapes, ticket, plan, tried).RunAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<FinishedRead>> FindFinishedAsync(JobTicket ticket, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => FinishedReads.FindAsync(_dataSource, ticket, cancellationToken));

    /// <inheritdoc/>
    public Task<FinishedBatch> FinishBatchAsync(FinishTicket ticket, ObjectPlan plan, int size, CancellationToken cancellationToken) =>
        Guarded.WriteAsync(_dataSource, WriteProblem.SubjectOf(plan), () => plan.Replaces is null
            ? new VanishedRows(_dataSource, ticket, plan).NextAsync(size, cancellationToken)
            : new TableSwap(_dataSource, ticket, plan).RunAsync(cancellationToken));

    /// <inheritdoc/>
    public Task TidyAsync(JobTicket ticket, TimeSpan retention, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, async () =>
        {
            // A job that was launched before this version came goes on with what was there then: nothing is left behind in it.
            await using var command = _dataSource.CreateCommand("""
                SELECT pg_catalog.to_regclass('headgate.table_swap') IS NOT NULL,
                       pg_catalog.to_regclass('headgate.full_read_left') IS NOT NULL
                """);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            var (hasTables, hasKeys) = (row.GetBoolean(0), row.GetBoolean(1));
            await row.DisposeAsync();
            if (hasTables) await new LeftTables(_dataSource, ticket, retention).RemoveAsync(cancellationToken);
            if (hasKeys) await new LeftKeys(_dataSource, ticket, retention).RemoveAsync(cancellationToken);
        });

    /// <inheritdoc/>
    public Task<ChangePage> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => new ChangeReader(_dataSource, query, TimeProvider.System).NextAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<RejectPage> ReadRejectsAsync(RejectQuery query, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => new RejectReader(_dataSource, query).ReadAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<PlannedUndo>> PlanUndoAsync(
        IReadOnlyList<ObjectToUndo> objects, WriteOptions options, CancellationToken cancellationToken) =>
        Guarded.RunAsync(_subject, () => UndoPlanner.PlanAsync(_dataSource, objects, options, cancellationToken));

    /// <inheritdoc/>
    public Task ReadLogAsync(ObjectPlan plan, SegmentRange range, IRecordSink sink, CancellationToken cancellationToken) =>
        Guarded.RunAsync(WriteProblem.SubjectOf(plan), () => LogReader.ReadAsync(_dataSource, plan, range, sink, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentRange>> PlanKeysAsync(ObjectPlan plan, LoggedKeys keys, CancellationToken cancellationToken) =>
        Guarded.RunAsync(WriteProblem.SubjectOf(plan), () => new ReplayedKeys(_dataSource, plan, keys).PlanAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<string>>> ReadKeysAsync(
        ObjectPlan plan, LoggedKeys keys, SegmentRange range, CancellationToken cancellationToken) =>
        Guarded.RunAsync(WriteProblem.SubjectOf(plan), () => new ReplayedKeys(_dataSource, plan, keys).ReadAsync(range, cancellationToken));

    /// <inheritdoc/>
    public Task<UndoPreview> PreviewUndoAsync(
        ObjectPlan plan, SegmentRange range, IReadOnlyList<ObjectPlan> together, CancellationToken cancellationToken) =>
        Guarded.RunAsync(WriteProblem.SubjectOf(plan), () => UndoPreviews.OfAsync(_dataSource, plan, range, together, cancellationToken));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    /// <summary>
    /// Begins a fenced transaction with the segment's ledger row locked, and the table against changes of its columns. With a mismatch
    /// nothing may be written; what was written before still counts.
    /// </summary>
    internal static async Task<(FencedTransaction Transaction, LedgerRow Ledger, ConnectorException? Mismatch)> BeginSegmentAsync(
        NpgsqlDataSource dataSource, SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken)
    {
        var ledger = new LedgerRow();
        ConnectorException? mismatch = null;
        IReadOnlyList<NpgsqlBatchCommand> locking =
        [
            .. LedgerRow.LockCommands(ticket, LedgerRow.MayCopy(ticket, plan)),
            PlannedTypes.LockCommand(plan), PlannedTypes.CompareCommand([plan]),
        ];
        var transaction = await FencedTransaction.BeginAsync(dataSource, ticket.Job, locking, async reader =>
        {
            ledger = await LedgerRow.ReadAsync(reader);
            mismatch = await ReadMismatchAsync(reader);
        }, cancellationToken);
        return (transaction, ledger, mismatch);

        async Task<ConnectorException?> ReadMismatchAsync(NpgsqlDataReader reader)
        {
            try
            {
                await reader.NextResultAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
                return await PlannedTypes.ReadAsync(reader, cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                // The ledger row was had, so it is the table that others hold.
                throw await TableLocks.WaitingForAsync(dataSource, [plan.To], "a batch", TableLocks.AgainstReaders, cancellationToken);
            }
        }
    }
}
