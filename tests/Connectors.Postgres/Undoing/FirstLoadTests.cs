using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class FirstLoadTests
{
    const string Items = """
        CREATE TABLE items (region text, no numeric(6,1), at timestamptz, name varchar(9), j json, PRIMARY KEY (no, region, at))
        """;

    const string Query = """
        SELECT 'r' || i % 3, i::numeric(6,1), '2020-01-01 00:00:00.123456+02'::timestamptz, ('n' || i)::varchar(9), '{"a" : 1}'::json FROM generate_series(1, 40) i
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_first_load_all_rows_go_that_still_match_what_was_copied(bool isOfBefore)
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var plan = await bench.Load.PlanAsync("items", ["region", "no", "at"], directCopy: true);
        var job = await bench.WriteAsync(plan, Query, empty: true);
        Assert.Equal(40L, await bench.Load.Database.ScalarAsync<long>("SELECT sum(row_count)::bigint FROM headgate.change_block"));
        // Touched and the same, and changed.
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = name WHERE no <= 10; UPDATE items SET name = 'by hand' WHERE no = 7");
        if (isOfBefore) await bench.Load.Database.ExecuteAsync("UPDATE headgate.change_block SET xid = NULL, seq = NULL");

        var (rollback, counts) = await bench.RollBackAsync(job, batch: 16);

        Assert.Equal((39, 1), (counts.Deleted, counts.Rejected));
        Assert.Equal(["(r1,7.0)"], await bench.Load.RowsAsync("SELECT region, no FROM items"));
        Assert.Equal(["(changed,,)"], await bench.ConflictsAsync(rollback, "conflict, before, written"));
        Assert.Equal("by hand", await bench.Load.Database.ScalarAsync<string>("SELECT now[4] FROM headgate.rejected"));
    }

    [Fact]
    public async Task By_key_others_of_a_first_load_stay()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var plan = await bench.Load.PlanAsync("items", ["region", "no", "at"], directCopy: true);
        var job = await bench.WriteAsync(plan, Query, empty: true);

        var (_, counts) = await bench.RollBackAsync(job, keys: [["r1", "1.0", "2019-12-31 22:00:00.123456+00"], ["r1", "1", "2019-12-31 22:00:00.123456+00"]]);

        Assert.Equal((1, 1), (counts.Written, counts.Deleted));
        Assert.Equal(39, (await bench.RowsAsync()).Count);
    }

    [Fact]
    public async Task A_first_load_that_is_rolled_back_is_back_when_that_is_rolled_back()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var plan = await bench.Load.PlanAsync("items", ["region", "no", "at"], directCopy: true);
        var job = await bench.WriteAsync(plan, Query, empty: true);
        var after = await bench.RowsAsync(order: "no");
        var (rollback, _) = await bench.RollBackAsync(job);
        Assert.Empty(await bench.RowsAsync());

        var (_, counts) = await bench.RollBackAsync(rollback);

        Assert.Equal(40, counts.Inserted);
        Assert.Equal(after, await bench.RowsAsync(order: "no"));
    }

    [Fact]
    public async Task Where_a_part_of_the_log_is_gone_nothing_is_read_for_what_is_left()
    {
        await using var bench = await UndoBench.StartAsync(Items);
        var plan = await bench.Load.PlanAsync("items", ["region", "no", "at"], directCopy: true);
        var job = await bench.WriteAsync(plan, Query, empty: true);
        var planned = Assert.Single(await bench.PlanAsync(job));
        Assert.Equal(SegmentRangeKind.LoggedInserts, Assert.Single(planned.Segments).Range.Kind);
        await bench.Load.Database.ExecuteAsync("DELETE FROM headgate.change_block");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.ReadAsync(planned.Plan, planned.Segments[0]));

        Assert.Equal(("log-gone", false), (error.Problem.Code, error.Problem.Retryable));
    }
}
