using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>A PostgreSQL database as a source, from version 13 on. Its sessions are READ ONLY.</summary>
sealed class PostgresSource : ISource
{
    readonly string _subject;
    readonly NpgsqlDataSource _pool;
    readonly NpgsqlDataSource _snapshots;

    public PostgresSource(string connection)
    {
        _subject = PostgresConnections.Describe("Source", connection);
        // Without the reset of returned sessions their settings stay; everything of one reading lives in its transaction anyway.
        _pool = PostgresConnections.Create(connection, PostgresConnections.SourceApplication, SourceSession.Pooled, SourceSession.Settings);
        _snapshots = PostgresConnections.Create(
            connection, PostgresConnections.SnapshotApplication, SourceSession.Pinned, SourceSession.Settings + SourceSession.PinnedSettings);
    }

    /// <summary>Records in a chain's segment.</summary>
    internal int ChainRows { get; init; } = 50_000;

    /// <summary>Bytes of table in a segment of blocks.</summary>
    internal long SegmentBytes { get; init; } = 16 << 20;

    public Task<IReadOnlyList<SourceObject>> DescribeAsync(
        IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken) =>
        GuardAsync(_subject, () => SourceDescription.ReadAsync(_pool, objects, cancellationToken));

    public Task<IReadOnlyList<SourceGap>> FindGapsAsync(
        IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken) =>
        GuardAsync(_subject, () => SourceDescription.FindGapsAsync(_pool, objects, cancellationToken));

    public Task<IReadOnlyList<long?>> EstimateAsync(
        IReadOnlyList<(ObjectDefinition Definition, DateTimeOffset? From)> reads, CancellationToken cancellationToken) =>
        GuardAsync(_subject, () => ReadEstimate.OfAsync(_pool, reads, cancellationToken));

    public Task<ISourceSnapshot> OpenSnapshotAsync(TimeSpan cursorLag, CancellationToken cancellationToken) =>
        GuardAsync<ISourceSnapshot>(_subject, async () => await PostgresSnapshot.OpenAsync(_snapshots, _subject, cursorLag, cancellationToken));

    public Task CheckAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken) =>
        GuardAsync(plan, async () =>
        {
            CursorCheck.Run(plan);
            await using (var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken))
                await FilterCheck.RunAsync(transaction, plan, cancellationToken);
            if (plan.Object.KeyGuaranteed) return true;

            await using (var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken))
                await KeyCheck.RunAsync(transaction, plan, cancellationToken);
            return true;
        });

    public Task<IReadOnlyList<SegmentRange>> PlanSegmentsAsync(ReadPlan plan, string snapshot, CancellationToken cancellationToken) =>
        GuardAsync(plan, async () =>
        {
            await using var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken);
            return await SegmentPlanner.PlanAsync(transaction, plan, SegmentBytes, cancellationToken);
        });

    public Task<(SegmentRange First, SegmentRange? Remainder)> CutAsync(
        ReadPlan plan, SegmentRange range, string snapshot, long rows, CancellationToken cancellationToken) =>
        GuardAsync(plan, async () =>
        {
            if (range.Kind is SegmentRangeKind.Chain) return (range with { Rows = (int)Math.Min(rows, range.Rows ?? ChainRows) }, null);
            await using var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken);
            return await SegmentPlanner.CutAsync(transaction, plan, range, rows, cancellationToken);
        });

    public Task<SegmentRange?> ExtractAsync(
        ReadPlan plan, SegmentRange range, string snapshot, IRecordSink sink, CancellationToken cancellationToken) =>
        GuardAsync(plan, async () =>
        {
            await using var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken);
            var next = await SegmentReader.ReadAsync(transaction, plan, range, ChainRows, sink, cancellationToken);
            await RewriteCheck.RunAsync(transaction, plan.Object.From, Subject(plan), cancellationToken);
            return next;
        });

    public Task ExtractKeysAsync(
        ReadPlan plan, IReadOnlyList<IReadOnlyList<string>> keys, string snapshot, IRecordSink sink, CancellationToken cancellationToken) =>
        GuardAsync(plan, async () =>
        {
            await using var transaction = await SnapshotTransaction.JoinAsync(_pool, snapshot, plan, cancellationToken);
            await new KeyedRead(transaction, plan).RunAsync(keys, sink, cancellationToken);
            await RewriteCheck.RunAsync(transaction, plan.Object.From, Subject(plan), cancellationToken);
            return true;
        });

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _snapshots.DisposeAsync();
    }

    static string Subject(ReadPlan plan) => $"Object {plan.Object.From}";

    static Task<T> GuardAsync<T>(ReadPlan plan, Func<Task<T>> step) => GuardAsync(Subject(plan), async () =>
    {
        try
        {
            return await step();
        }
        catch (PostgresException e) when (e.Routine == SourceErrors.RowSecurityCheck)
        {
            throw SourceErrors.Hidden(plan, e.SqlState);
        }
    });

    /// <summary>Lets nothing but cancellations and <see cref="ConnectorException"/> out.</summary>
    static async Task<T> GuardAsync<T>(string subject, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (NpgsqlException e)
        {
            throw SourceErrors.From(e, subject);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or TimeoutException or System.Security.Authentication.AuthenticationException)
        {
            throw PostgresProblem.From(e, subject);
        }
    }
}
