using Headgate.Connectors.Conformance;
using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>Ranges that are divided when they are read, so that a read takes no more records than it may.</summary>
public sealed class CutTests
{
    [Theory]
    [InlineData("ANALYZE t")]
    [InlineData("ALTER TABLE t SET (autovacuum_enabled = off)")]
    public async Task Parts_of_a_range_of_blocks_cover_every_row_exactly_once_and_are_small(string statistics)
    {
        await using var bench = await SourceBench.StartAsync(
            $"CREATE TABLE t (id int PRIMARY KEY, f char(900)); INSERT INTO t SELECT g, '' FROM generate_series(1, 300) g; {statistics}");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var parts = await ReadAsync(bench, plan, new SegmentRange { Kind = SegmentRangeKind.Blocks }, snapshot.Id, rows: 40);

        Assert.Equal(Enumerable.Range(1, 300), parts.SelectMany(part => part.Ids()).Order());
        Assert.True(parts.Count > 2, $"{parts.Count} parts");
        if (statistics.StartsWith("ANALYZE", StringComparison.Ordinal)) Assert.All(parts, part => Assert.InRange(part.Ids().Count(), 1, 48));
    }

    [Fact]
    public async Task Parts_of_a_range_without_an_end_do_not_follow_a_table_that_grows()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY, f char(900)); INSERT INTO t SELECT g, '' FROM generate_series(1, 100) g; ANALYZE t");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var open = new SegmentRange { Kind = SegmentRangeKind.Blocks };

        var (first, remainder) = await bench.Source.CutAsync(plan, open, snapshot.Id, 10, default);
        await bench.From.ExecuteAsync("INSERT INTO t SELECT g, '' FROM generate_series(101, 2000) g");
        var (_, last) = await bench.Source.CutAsync(plan, remainder!, snapshot.Id, 10, default);

        Assert.Equal(first.EndBlock, remainder!.FirstBlock);
        Assert.Equal(remainder.EndBlock, last!.EndBlock);
    }

    [Fact]
    public async Task Parts_of_a_chain_cover_every_row_exactly_once()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 20); CREATE VIEW v AS SELECT * FROM t");
        var plan = await bench.FullAsync(SourceBench.Object("v"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var parts = await ReadAsync(bench, plan, new SegmentRange { Kind = SegmentRangeKind.Chain }, snapshot.Id, rows: 2);

        Assert.Equal(Enumerable.Range(1, 20).Chunk(2), parts.Select(part => part.Ids()).Where(ids => ids.Any()));
    }

    static async Task<List<StagedRecords>> ReadAsync(SourceBench bench, ReadPlan plan, SegmentRange range, string snapshot, long rows)
    {
        var parts = new List<StagedRecords>();
        for (var next = range; next is not null;)
        {
            var (first, remainder) = await bench.Source.CutAsync(plan, next, snapshot, rows, default);
            var sink = new StagedRecords();
            next = await bench.Source.ExtractAsync(plan, first, snapshot, sink, default) ?? remainder;
            parts.Add(sink);
        }

        return parts;
    }
}
