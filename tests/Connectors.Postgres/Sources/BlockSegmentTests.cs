using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class BlockSegmentTests
{
    [Theory]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, f char(900))")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, f char(900)) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (30); CREATE TABLE t2 PARTITION OF t DEFAULT PARTITION BY HASH (id); CREATE TABLE t3 PARTITION OF t2 FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE t4 PARTITION OF t2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)")]
    public async Task Ranges_cover_every_row_exactly_once(string table)
    {
        await using var bench = await SourceBench.StartAsync(table + "; INSERT INTO t SELECT g, '' FROM generate_series(1, 200) g; DELETE FROM t WHERE id % 7 = 0");
        var plan = await bench.FullAsync(SourceBench.Object("t"));

        var segments = await bench.ReadAsync(plan);

        Assert.True(plan.Object.Blocks);
        Assert.True(segments.Count > 3);
        Assert.Equal(Enumerable.Range(1, 200).Where(i => i % 7 != 0), segments.SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task Ranges_cover_inheritance_children_longer_than_their_parent()
    {
        await using var bench = await SourceBench.StartAsync(
            """
            CREATE TABLE t (id int PRIMARY KEY, f char(900)); CREATE TABLE child (more int) INHERITS (t);
            INSERT INTO t SELECT g, '' FROM generate_series(1, 5) g; INSERT INTO child SELECT g, '', g FROM generate_series(6, 100) g;
            """);
        var plan = await bench.FullAsync(SourceBench.Object("t"));

        var segments = await bench.ReadAsync(plan);

        Assert.True(segments.Count > 3);
        Assert.Equal(Enumerable.Range(1, 100), segments.SelectMany(s => s.Ids()).Order());
        // The parent's index says nothing about the child's rows.
        Assert.False(plan.Object.KeyGuaranteed);
    }

    [Fact]
    public async Task Rows_updated_by_others_meanwhile_are_read_once_as_they_were()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY, v text, f char(900)); INSERT INTO t SELECT g, 'old', '' FROM generate_series(1, 200) g");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var read = new List<StagedRecords>();
        foreach (var range in await bench.Source.PlanSegmentsAsync(plan, snapshot.Id, default))
        {
            // Each update moves the rows to other blocks, into ranges still to be read.
            await bench.From.ExecuteAsync("UPDATE t SET v = 'new'");
            var sink = new StagedRecords();
            Assert.Null(await bench.Source.ExtractAsync(plan, range, snapshot.Id, sink, default));
            read.Add(sink);
        }

        Assert.Equal(Enumerable.Range(1, 200), read.SelectMany(s => s.Ids()).Order());
        Assert.All(read.SelectMany(s => s.Texts(1)), v => Assert.Equal("old", v));
    }

    [Theory]
    [InlineData("VACUUM FULL t")]
    [InlineData("TRUNCATE t")]
    [InlineData("TRUNCATE t1")]
    [InlineData("ALTER TABLE t DETACH PARTITION t1")]
    [InlineData("DROP TABLE t1")]
    [InlineData("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY)")]
    public async Task What_a_snapshot_does_not_cover_is_reported_as_its_loss(string rewrite)
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t DEFAULT; INSERT INTO t SELECT generate_series(1, 9)");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await bench.From.ExecuteAsync(rewrite);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Source.ExtractAsync(
            plan, new SegmentRange { Kind = SegmentRangeKind.Blocks }, snapshot.Id, new StagedRecords(), default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
    }

    [Theory]
    [InlineData("TRUNCATE t")]
    [InlineData("ALTER TABLE t ADD w float8 DEFAULT random()")]
    [InlineData("ALTER TABLE p DETACH PARTITION p1")]
    public async Task A_view_whose_tables_were_rewritten_does_not_end_its_chain_early(string rewrite)
    {
        await using var bench = await SourceBench.StartAsync(
            """
            CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT g, g FROM generate_series(1, 20) g;
            CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;
            CREATE TABLE lone PARTITION OF p FOR VALUES FROM (-9) TO (0);
            CREATE VIEW inner_one AS SELECT id, count(*) AS n FROM t
            WHERE id NOT IN (SELECT id FROM p) AND id NOT IN (SELECT id FROM lone) GROUP BY id;
            CREATE VIEW v AS SELECT * FROM inner_one;
            """);
        var plan = await bench.FullAsync(SourceBench.Object("v"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var first = Assert.Single(await bench.Source.PlanSegmentsAsync(plan, snapshot.Id, default));
        var next = await bench.Source.ExtractAsync(plan, first, snapshot.Id, new StagedRecords(), default);
        await bench.From.ExecuteAsync(rewrite);

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => bench.Source.ExtractAsync(plan, next!, snapshot.Id, new StagedRecords(), default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
    }

    [Fact]
    public async Task A_table_that_was_filled_since_and_renamed_into_place_is_not_the_one_to_read()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 9); CREATE TABLE \"T new\" (id int PRIMARY KEY)");
        var plan = await bench.FullAsync(SourceBench.Object("t"));
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await bench.From.ExecuteAsync(
            "INSERT INTO \"T new\" SELECT generate_series(1, 99); ALTER TABLE t RENAME TO t_old; ALTER TABLE \"T new\" RENAME TO t");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Source.ExtractAsync(
            plan, new SegmentRange { Kind = SegmentRangeKind.Blocks }, snapshot.Id, new StagedRecords(), default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 8192, 1)]
    [InlineData(10, 100 << 20, 7)]
    [InlineData(1_000_000, 1L << 40, 4096)]
    public void Blocks_are_divided_evenly_up_to_a_limit(long blocks, long bytes, int segments)
    {
        var ranges = SegmentPlanner.Even(blocks, bytes, 16 << 20);

        Assert.InRange(ranges.Count, segments / 2, segments);
        Assert.Equal(0, ranges[0].FirstBlock);
        Assert.Null(ranges[^1].EndBlock);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.EndBlock, pair.Second.FirstBlock));
    }

    [Fact]
    public async Task A_view_is_read_as_a_chain_by_its_key()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (a text COLLATE \"C\", b bpchar(4)); INSERT INTO t SELECT 'k' || g / 5, g::text FROM generate_series(1, 20) g; CREATE VIEW v AS SELECT * FROM t");
        var plan = await bench.FullAsync(SourceBench.Object("v", "a", "b"));

        var segments = await bench.ReadAsync(plan);

        Assert.Equal(7, segments.Count);
        Assert.Equal(Enumerable.Range(1, 20), segments.SelectMany(s => s.Texts(1)).Select(int.Parse!).Order());
    }
}
