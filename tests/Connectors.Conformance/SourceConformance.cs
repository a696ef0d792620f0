using System.Diagnostics;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Conformance;

/// <summary>
/// What every source has to do. Derive it, and have the source make segments so small that 100 records need several: of blocks where
/// the source has them, and in chains.
/// </summary>
public abstract class SourceConformance
{
    static readonly DateTimeOffset Start = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The source under test.</summary>
    protected abstract ISource Source { get; }

    /// <summary>Makes a new object with these records, and a plan that reads them: id first, then changed, the cursor, then note.</summary>
    protected abstract Task<ObjectPlan> CreateAsync(IReadOnlyList<ConformanceRow> rows);

    /// <summary>Adds records to the object.</summary>
    protected abstract Task AddAsync(ObjectPlan plan, IReadOnlyList<ConformanceRow> rows);

    /// <summary>How many transactions the source has open at the system besides its snapshots'.</summary>
    protected abstract Task<int> OpenTransactionsAsync();

    [Fact]
    public async Task Segments_of_a_full_read_cover_every_record_exactly_once()
    {
        var plan = Full(await CreateAsync(Rows(100)));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var segments = await ReadAllAsync(plan, snapshot.Id);

        Assert.True(segments.Count > 1);
        Assert.Equal(Enumerable.Range(0, 100), segments.SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task A_chain_covers_its_window_exactly_once_whatever_cursors_are_equal()
    {
        var rows = Enumerable.Range(0, 100).Select(i => new ConformanceRow(i, Start.AddMinutes(i / 40)));
        var plan = Incremental(await CreateAsync(rows.ToArray()), Start.AddMinutes(1), Start.AddMinutes(1));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var segments = await ReadAllAsync(plan, snapshot.Id);

        Assert.True(segments.Count > 1);
        Assert.Equal(Enumerable.Range(40, 40), segments.SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task What_a_definition_names_and_the_source_lacks_is_found()
    {
        var plan = await CreateAsync([]);
        ObjectDefinition[] definitions =
        [
            new() { From = plan.From, To = "t", Key = ["id"], Cursor = "changed" },
            new() { From = plan.From, To = "t", Key = ["key"], Cursor = "modified", Fields = new Dictionary<string, string> { ["key"] = "id", ["note"] = "notes" } },
            new() { From = "no_such_object", To = "t", Key = ["id"] },
        ];

        var gaps = await Source.FindGapsAsync([.. definitions.Select((definition, i) => (i + 5, definition))], default);

        Assert.Equal([(6, "modified"), (6, "notes"), (7, null)], gaps.Select(gap => (gap.ObjectNo, gap.Column)).Order());
        Assert.All(gaps.Where(gap => gap.Column is not null), gap => Assert.Contains("note", gap.Known));
    }

    [Fact]
    public async Task A_snapshot_does_not_see_what_comes_later()
    {
        var plan = Full(await CreateAsync(Rows(10)));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await AddAsync(plan.Object, [new ConformanceRow(10, Start)]);

        var segments = await ReadAllAsync(plan, snapshot.Id);

        Assert.Equal(Enumerable.Range(0, 10), segments.SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task Reading_a_segment_again_gives_the_same_records()
    {
        var plan = Full(await CreateAsync(Rows(20)));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var first = await ReadAllAsync(plan, snapshot.Id);
        var second = await ReadAllAsync(plan, snapshot.Id);

        Assert.Equal(first.Select(s => s.ToArray()), second.Select(s => s.ToArray()));
    }

    [Fact]
    public async Task An_object_without_records_has_a_segment_without_records()
    {
        var plan = Full(await CreateAsync([]));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var segments = await ReadAllAsync(plan, snapshot.Id);

        Assert.Equal(0, Assert.Single(segments).Length);
    }

    [Fact]
    public async Task A_snapshot_that_ended_is_reported_as_lost()
    {
        var plan = Full(await CreateAsync(Rows(1)));
        var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var range = (await Source.PlanSegmentsAsync(plan, snapshot.Id, default))[0];
        await snapshot.DisposeAsync();

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => Source.ExtractAsync(plan, range, snapshot.Id, new StagedRecords(), default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
        Assert.Equal(0, await OpenTransactionsAsync());
    }

    [Fact]
    public async Task A_failing_sink_fails_the_read_and_leaves_nothing_open()
    {
        var plan = Full(await CreateAsync(Long(5000)));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var range = (await Source.PlanSegmentsAsync(plan, snapshot.Id, default))[0] with { EndBlock = null };
        var sink = new StagedRecords { OnWrite = () => throw new InvalidDataException("full") };

        await Assert.ThrowsAsync<InvalidDataException>(() => Source.ExtractAsync(plan, range, snapshot.Id, sink, default));

        Assert.Equal(0, await OpenTransactionsAsync());
    }

    [Fact]
    public async Task A_cancellation_ends_the_read_promptly_and_leaves_nothing_open()
    {
        var plan = Full(await CreateAsync(Long(5000)));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var range = (await Source.PlanSegmentsAsync(plan, snapshot.Id, default))[0] with { EndBlock = null };
        using var stop = new CancellationTokenSource();
        var sink = new StagedRecords { OnWrite = stop.CancelAsync };

        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source.ExtractAsync(plan, range, snapshot.Id, sink, stop.Token));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.Equal(0, await OpenTransactionsAsync());
    }

    [Fact]
    public async Task A_good_plan_passes_its_check()
    {
        var plan = Incremental(await CreateAsync(Rows(5)), Start, Start.AddHours(1));
        await using var snapshot = await Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        await Source.CheckAsync(plan, snapshot.Id, default);
        await snapshot.KeepAliveAsync(default);
    }

    static ReadPlan Full(ObjectPlan plan) => new() { Object = plan, Upper = Start.AddYears(1) };

    static ReadPlan Incremental(ObjectPlan plan, DateTimeOffset lower, DateTimeOffset upper) => new() { Object = plan, Lower = lower, Upper = upper };

    static ConformanceRow[] Rows(int count) => Enumerable.Range(0, count).Select(i => new ConformanceRow(i, Start.AddSeconds(i))).ToArray();

    static ConformanceRow[] Long(int count) =>
        Enumerable.Range(0, count).Select(i => new ConformanceRow(i, Start.AddSeconds(i), new string('x', 2000))).ToArray();

    async Task<List<StagedRecords>> ReadAllAsync(ReadPlan plan, string snapshot)
    {
        var segments = new List<StagedRecords>();
        foreach (var range in await Source.PlanSegmentsAsync(plan, snapshot, default))
        {
            for (var next = range; next is not null;)
            {
                var sink = new StagedRecords();
                next = await Source.ExtractAsync(plan, next, snapshot, sink, default);
                segments.Add(sink);
            }
        }

        return segments;
    }
}
