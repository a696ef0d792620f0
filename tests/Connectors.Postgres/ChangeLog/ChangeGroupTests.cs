using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

/// <summary>How changed records lie in the log.</summary>
public sealed class ChangeGroupTests
{
    [Fact]
    public async Task Small_records_lie_together_and_large_ones_nearly_alone()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, v text);
            INSERT INTO items SELECT i, CASE WHEN i % 500 = 0 THEN repeat(md5(i::text), 5000) ELSE 'old' || i END FROM generate_series(1, 2000) i
            """);
        var plan = await bench.PlanAsync("items", ["id"]);

        var counts = await bench.LoadAsync(plan, "SELECT i, 'new' || i FROM generate_series(1, 3000) i", batch: 1500);

        Assert.Equal((1000, 2000), (counts.Inserted, counts.Updated));
        Assert.Equal(
            ["(insert,1000)", "(update,2000)"],
            await bench.RowsAsync("SELECT operation, sum(row_count) FROM headgate.change_group GROUP BY operation ORDER BY operation"));
        Assert.InRange(await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change_group"), 10, 40);
        Assert.Equal(4, await bench.Database.ScalarAsync<long>(
            "SELECT count(*) FROM headgate.change_group g WHERE EXISTS (SELECT FROM unnest(g.records) r WHERE length(r.before[2]) = 160000)"));
        Assert.Empty(await bench.RowsAsync("""
            (SELECT key, before, after FROM headgate.change WHERE operation = 'update'
             EXCEPT ALL
             SELECT ARRAY[i::text], ARRAY[NULL, CASE WHEN i % 500 = 0 THEN repeat(md5(i::text), 5000) ELSE 'old' || i END], ARRAY[NULL, 'new' || i]
             FROM generate_series(1, 2000) i)
            """));
    }

    [Fact]
    public async Task Undone_from_the_end_each_record_finds_the_table_as_it_left_it()
    {
        // Each record takes the place that the one before has just left, over many groups.
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, place int UNIQUE);
            INSERT INTO items SELECT i, i FROM generate_series(1, 5000) i
            """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var counts = await bench.LoadAsync(plan, "SELECT i, i - 1 FROM generate_series(1, 5000) i", batch: 5000);
        Assert.Equal((5000, 1), (counts.Updated, await bench.Database.ScalarAsync<long>("SELECT count(DISTINCT first_row) FROM headgate.change")));
        Assert.True(await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change_group") > 10);

        await bench.Database.ExecuteAsync("""
            DO $$
            DECLARE c record;
            BEGIN
                FOR c IN SELECT * FROM headgate.change ORDER BY seq DESC, place DESC LOOP
                    UPDATE items SET place = c.before[2]::int WHERE id = c.key[1]::int;
                END LOOP;
            END $$
            """);

        Assert.Equal(5000, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE place = id"));
    }

    [Fact]
    public async Task A_log_of_an_unreleased_build_is_refused_when_a_job_is_launched_and_stands_in_no_stops_way()
    {
        await using var bench = await LoadBench.StartAsync();
        await bench.Database.ExecuteAsync("DELETE FROM headgate.schema_version WHERE version > 2; UPDATE headgate.schema_version SET version = 1");

        await bench.MoveAsync(2, open: false);
        var refused = await Assert.ThrowsAsync<ConnectorException>(() => bench.MoveAsync(3, open: true));

        Assert.Equal(("schema-unreleased", false), (refused.Problem.Code, refused.Problem.Retryable));
    }
}
