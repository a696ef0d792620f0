using Headgate.Contracts.Comparing;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>Which records a dry run reads.</summary>
public sealed class SampleTests
{
    const string Large = "CREATE TABLE t (id int PRIMARY KEY, f char(900)); INSERT INTO t SELECT g, '' FROM generate_series(1, 2000) g";

    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    public async Task A_sample_of_a_large_table_is_so_many_records_from_all_over_it(int rows)
    {
        var ids = await ReadAsync(Large, "t", new Sample { Rows = rows });

        Assert.Equal(rows, ids.Distinct().Count());
        Assert.Equal(rows, ids.Count);
        Assert.True(ids.Max() - ids.Min() > 1000, $"{ids.Min()} to {ids.Max()}");
    }

    [Fact]
    public async Task Few_records_that_somebody_means_are_all_found_wherever_they_are() =>
        Assert.Equal([1, 2, 1000, 1999, 2000], await ReadAsync(Large, "t", new Sample { Rows = 100, Filter = "id < 3 or id in (1000, 1999) or id > 1999 -- so" }));

    [Fact]
    public async Task The_files_own_filter_holds_as_well() =>
        Assert.Equal([3, 4], await ReadAsync(Large, "t", new Sample { Rows = 100, Filter = "id < 5" }, filter: "id > 2"));

    [Theory]
    [InlineData("t")]
    [InlineData("v")]
    public async Task A_small_table_or_a_view_is_read_up_to_so_many(string from) =>
        Assert.Equal(5, (await ReadAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 20); CREATE VIEW v AS SELECT * FROM t", from, new Sample { Rows = 5 })).Count);

    [Theory]
    [InlineData("t")]
    [InlineData("v")]
    public async Task All_records_are_read_where_no_number_is_said(string from) =>
        Assert.Equal(20, (await ReadAsync("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 20); CREATE VIEW v AS SELECT * FROM t", from, new Sample { Rows = 0 })).Count);

    [Theory]
    [InlineData("nowhere = 1")]
    [InlineData("true) OR (true")]
    [InlineData("id")]
    public async Task A_condition_that_is_none_is_said_to_be_the_dry_runs(string filter)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var plan = await bench.FullAsync(SourceBench.Object("t") with { Filter = "id > 0" }) with { Sample = new Sample { Rows = 5, Filter = filter } };
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Source.CheckAsync(plan, snapshot.Id, default));

        Assert.StartsWith("Object public.t: the dry run's filter is not valid", error.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_read_divides_no_sample()
    {
        await using var bench = await SourceBench.StartAsync(Large + "; ANALYZE t");
        var plan = await bench.FullAsync(SourceBench.Object("t")) with { Sample = new Sample { Rows = 1000 } };
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        foreach (var range in await bench.Source.PlanSegmentsAsync(plan, snapshot.Id, default))
            Assert.Equal((range, null), await bench.Source.CutAsync(plan, range, snapshot.Id, 3, default));
    }

    static async Task<IReadOnlyList<int>> ReadAsync(string setup, string from, Sample sample, string? filter = null)
    {
        await using var bench = await SourceBench.StartAsync(setup);
        var plan = await bench.FullAsync(SourceBench.Object(from) with { Filter = filter }) with { Sample = sample };
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);
        await bench.Source.CheckAsync(plan, snapshot.Id, default);
        return [.. (await bench.ReadAsync(plan, snapshot.Id)).SelectMany(part => part.Ids()).Order()];
    }
}
