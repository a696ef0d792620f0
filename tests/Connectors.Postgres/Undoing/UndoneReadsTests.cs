using Headgate.Connectors.Postgres.Undoing;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class UndoneReadsTests
{
    const string Three = "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'a' FROM generate_series(1, 3) i";

    [Fact]
    public async Task A_rollback_of_two_attempts_that_is_rolled_back_leaves_what_the_later_one_wrote()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var first = await bench.WriteAsync(plan, "SELECT i, 'b' FROM generate_series(1, 5) i");
        await bench.WriteAsync(plan, "SELECT i, 'c' FROM generate_series(1, 6) i", before: first);
        var written = await bench.RowsAsync();
        var (rollback, _) = await bench.RollBackAsync(first);

        var planned = Assert.Single(await bench.PlanAsync(rollback));
        var (_, counts) = await bench.RollBackAsync(rollback);

        Assert.Equal(written, await bench.RowsAsync());
        Assert.Equal((0, 0), (counts.Unchanged, counts.Rejected));
        // What stands in the log twice is never in what may be undone at once.
        Assert.Equal([0, 1, 2, 3], planned.Segments.Select(segment => segment.Generation).Distinct());
    }

    [Fact]
    public async Task A_row_that_was_inserted_twice_and_then_changed_comes_and_goes_as_often_as_it_is_rolled_back()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 4, 'b'");
        await bench.Load.Database.ExecuteAsync("DELETE FROM items WHERE id = 4");
        var second = await bench.WriteAsync(plan, "SELECT 4, 'c'", before: job);
        await bench.WriteAsync(plan, "SELECT 4, 'd'", before: second);
        var written = await bench.RowsAsync();
        Assert.Contains("(4,d)", written);

        var (rollback, _) = await bench.RollBackAsync(job);
        Assert.Equal(3, (await bench.RowsAsync()).Count);
        (rollback, _) = await bench.RollBackAsync(rollback);
        Assert.Equal(written, await bench.RowsAsync());
        await bench.RollBackAsync(rollback);
        Assert.Equal(3, (await bench.RowsAsync()).Count);
    }

    [Fact]
    public async Task Two_records_that_were_one_to_the_table_are_there_again_as_the_later_one()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE items (code text COLLATE fold PRIMARY KEY, name text); INSERT INTO items VALUES ('North', 'a')
            """);
        var plan = await bench.Load.PlanAsync("items", ["code"]);
        var job = await bench.WriteAsync(plan, "SELECT * FROM (VALUES ('NORTH', 'b'), ('north', 'e'), ('South', 'c'), ('SOUTH', 'd')) v");
        var written = await bench.RowsAsync();
        var (rollback, _) = await bench.RollBackAsync(job);

        await bench.RollBackAsync(rollback);

        Assert.Equal(written, await bench.RowsAsync());
    }

    [Fact]
    public async Task A_rollback_of_one_read_is_one_read()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'b' FROM generate_series(2, 5) i");
        await bench.WriteSegmentAsync(job, plan, "SELECT i, 'b' FROM generate_series(6, 9) i", segment: 1);
        var (rollback, _) = await bench.RollBackAsync(job);

        var planned = Assert.Single(await bench.PlanAsync(rollback));

        Assert.Equal([0], planned.Segments.Select(segment => segment.Generation).Distinct());
    }

    [Fact]
    public void Another_read_begins_where_all_segments_of_all_objects_are_above_those_before()
    {
        // One object's segments overlap, and then the other's: only where neither is open can a read have ended.
        Assert.Equal(
            ["0:1 0:3 1:7 1:8", "0:2 0:5 1:6 1:9"],
            Divide([(1, 1, 0), (3, 1, 0), (7, 1, 1), (8, 1, 1)], [(2, 1, 0), (5, 1, 0), (6, 1, 1), (9, 1, 1)]));
        Assert.Equal(["0:1 0:2 0:3", "1:4"], Divide([(1, 1, 5), (2, 1, 0), (3, 1, 3)], [(4, 1, 0)]));
        Assert.Equal(["0:1 0:2", ""], Divide([(1, 1, 0), (2, 2, 0)], []));
    }

    static IEnumerable<string> Divide(params (long Seq, int Attempt, int Segment)[][] objects) =>
        UndoneReads.Divide([.. objects.Select(parts => parts.Select(p => new LoggedPart(p.Seq, p.Attempt, p.Segment, "update", 1)).ToList())])
            .Select(reads => string.Join(' ', reads.SelectMany(read => read.Parts.Select(part => $"{read.Place.Read}:{part.Seq}"))));
}
