using Headgate.Connectors.Conformance;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class ChainTests
{
    const string Items =
        """
        CREATE TABLE t (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, n int, changed timestamptz, other timestamp NOT NULL DEFAULT '2024-01-01');
        """;

    static readonly Contracts.Pipelines.ObjectDefinition ByChanged = SourceBench.Object("t") with
    {
        Fields = new Dictionary<string, string> { ["n"] = "n", ["id"] = "id" },
        Cursor = "changed",
    };

    [Fact]
    public async Task Equal_cursors_on_both_sides_of_a_boundary_are_neither_lost_nor_doubled()
    {
        await using var bench = await SourceBench.StartAsync(
            Items + "INSERT INTO t (n, changed) SELECT g, '2024-01-01 00:00:00+00'::timestamptz + g / 10 * interval '1 min' FROM generate_series(0, 49) g; ALTER TABLE t ALTER changed SET NOT NULL");
        var plan = await bench.WindowAsync(ByChanged, "2024-01-01T00:01Z", "2024-01-01T00:03Z");

        var segments = await bench.ReadAsync(plan);

        Assert.Equal(11, segments.Count);
        Assert.Equal(Enumerable.Range(10, 30), segments.SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task Segments_follow_the_order_of_the_keys_type()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 20); CREATE VIEW v AS SELECT * FROM t");

        // As text, 10 would come before 2.
        var segments = await bench.ReadAsync(await bench.FullAsync(SourceBench.Object("v")));

        Assert.Equal(Enumerable.Range(1, 20).Chunk(3), segments.Select(s => s.Ids()));
    }

    [Fact]
    public async Task Values_above_the_bound_and_infinity_wait()
    {
        await using var bench = await SourceBench.StartAsync(
            Items + "INSERT INTO t (n, changed) VALUES (1, '2024-01-01Z'), (2, '2024-01-02Z'), (3, 'infinity'), (4, '-infinity'), (5, '2024-01-01 12:00:00.000001Z'); ALTER TABLE t ALTER changed SET NOT NULL");
        var plan = await bench.WindowAsync(ByChanged, "2024-01-01T00:00Z", "2024-01-01T12:00Z");

        Assert.Equal([1], (await bench.ReadAsync(plan)).SelectMany(s => s.Ids()));
    }

    [Fact]
    public async Task Null_cursors_are_a_segment_of_their_own_where_they_are_wanted()
    {
        await using var bench = await SourceBench.StartAsync(Items + "INSERT INTO t (n, changed) VALUES (1, '2024-01-01Z'), (2, null), (3, null)");
        var plan = await bench.WindowAsync(ByChanged, "2024-01-01T00:00Z", "2024-01-02T00:00Z", nulls: true);

        var segments = await bench.ReadAsync(plan);

        Assert.Equal(2, segments.Count);
        Assert.Equal([2, 3], segments[1].Ids().Order());
    }

    [Fact]
    public async Task A_cursor_without_a_zone_is_compared_in_the_servers_own()
    {
        await using var bench = await SourceBench.StartAsync(Items + "INSERT INTO t (n, other) VALUES (1, '2024-01-01 04:00'), (2, '2024-01-01 06:00')");
        await bench.From.ExecuteAsync($"ALTER DATABASE {bench.From.Name} SET TimeZone TO 'Asia/Karachi'");
        var plan = await bench.WindowAsync(ByChanged with { Cursor = "other" }, "2024-01-01T00:00Z", "2024-01-01T01:00Z");

        Assert.Equal([2], (await bench.ReadAsync(plan)).SelectMany(s => s.Ids()));
    }

    [Fact]
    public async Task A_filter_is_part_of_the_read()
    {
        await using var bench = await SourceBench.StartAsync(
            Items + "CREATE FUNCTION wanted(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 % 2 = 0'; INSERT INTO t (n) SELECT generate_series(1, 10)");
        var plan = await bench.FullAsync(ByChanged with { Cursor = null, Filter = "n > 8 OR wanted(n) -- even" });

        Assert.Equal([2, 4, 6, 8, 9, 10], (await bench.ReadAsync(plan)).SelectMany(s => s.Ids()).Order());
    }

    [Fact]
    public async Task Bounds_and_positions_stand_in_no_statement()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int, k text PRIMARY KEY, changed timestamptz NOT NULL DEFAULT '2024-01-01Z'); INSERT INTO t SELECT g, 'planted-' || g FROM generate_series(1, 5) g");
        var plan = await bench.WindowAsync(SourceBench.Object("t", "k") with { Cursor = "changed" }, "2024-01-01T00:00Z", "2024-01-01T00:00Z");
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        var seen = new List<string>();
        async Task LookAsync() => seen.Add(await bench.From.ScalarAsync<string>(
            "SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE application_name = 'headgate-source' AND datname = current_database()") ?? "");

        var range = (await bench.Source.PlanSegmentsAsync(plan, snapshot.Id, default))[0];
        var next = await bench.Source.ExtractAsync(plan, range, snapshot.Id, new StagedRecords { OnWrite = LookAsync }, default);
        await bench.Source.ExtractAsync(plan, next!, snapshot.Id, new StagedRecords { OnWrite = LookAsync }, default);

        Assert.Equal(2, seen.Count);
        Assert.All(seen, query => Assert.Contains("COPY", query));
        Assert.All(seen, query => Assert.DoesNotContain("planted", query));
    }
}
