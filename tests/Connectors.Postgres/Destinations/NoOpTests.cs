using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class NoOpTests
{
    [Fact]
    public async Task Records_that_are_there_already_are_not_locked_not_written_and_not_logged()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, note text, n numeric);
            INSERT INTO items SELECT i, 'note ' || i, i FROM generate_series(1, 300) i;
            """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var before = await bench.RowsAsync("SELECT ctid, xmin, xmax, id FROM items ORDER BY id");

        var counts = await bench.LoadAsync(plan, "SELECT i, 'note ' || i, i::numeric FROM generate_series(1, 300) i", batch: 100);

        Assert.Equal(300, counts.Unchanged);
        Assert.Equal(before, await bench.RowsAsync("SELECT ctid, xmin, xmax, id FROM items ORDER BY id"));
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change"));
        Assert.Equal(0, await bench.Database.ScalarAsync<long>(
            "SELECT n_tup_upd + n_tup_del + n_dead_tup FROM pg_stat_user_tables WHERE relname = 'items'"));
    }

    [Fact]
    public async Task Only_the_rows_that_differ_are_touched()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, note text); INSERT INTO items SELECT i, 'x' FROM generate_series(1, 300) i");
        var plan = await bench.PlanAsync("items", ["id"]);
        const string untouched = "SELECT ctid, xmin, xmax, id FROM items WHERE id % 2 = 1 ORDER BY id";
        var before = await bench.RowsAsync(untouched);

        // The last batches expect updates because the first were.
        var counts = await bench.LoadAsync(plan, "SELECT i, CASE WHEN i % 2 = 0 OR i > 300 THEN 'y' ELSE 'x' END FROM (SELECT i FROM generate_series(1, 320) i ORDER BY i % 2, i) o", batch: 50);

        Assert.Equal((20, 150, 150), (counts.Inserted, counts.Updated, counts.Unchanged));
        Assert.Equal(before, await bench.RowsAsync(untouched + " LIMIT 150"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_batch_of_changes_is_not_compared_each_with_each(bool isAnalyzed)
    {
        await using var bench = await LoadBench.StartAsync(
            $"""
             CREATE TABLE items (id int PRIMARY KEY, n int, {string.Join(", ", Enumerable.Range(0, 10).Select(c => $"c{c} text"))});
             INSERT INTO items SELECT i, i, {Columns("i")} FROM generate_series(1, 100000) i
             """);
        if (isAnalyzed) await bench.Database.ExecuteAsync("ANALYZE items");
        var plan = await bench.PlanAsync("items", ["id"]);

        // Each with each would take longer than a statement may.
        var counts = await bench.LoadAsync(plan, $"SELECT i, -i, {Columns("-i")} FROM generate_series(1, 40000) i", batch: 40_000);

        Assert.Equal(40_000, counts.Updated);

        static string Columns(string of) => string.Join(", ", Enumerable.Range(0, 10).Select(c => $"'value {c} of ' || {of}"));
    }

    [Fact]
    public async Task A_table_of_nothing_but_its_key_only_gains()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE links (a int, b int, PRIMARY KEY (b, a)); INSERT INTO links VALUES (1, 2)");
        var plan = await bench.PlanAsync("links", ["a", "b"]);

        var counts = await bench.LoadAsync(plan, "SELECT 1, i FROM generate_series(1, 3) i");

        Assert.Equal((2, 0, 1), (counts.Inserted, counts.Updated, counts.Unchanged));
    }
}
