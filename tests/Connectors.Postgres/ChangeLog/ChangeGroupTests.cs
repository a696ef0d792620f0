using Headgate.Connectors.Postgres.Fencing;
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
    public async Task The_log_of_an_earlier_version_is_kept_in_its_order()
    {
        await using var bench = await LoadBench.StartAsync(
            $"""
             CREATE SCHEMA headgate;
             CREATE TABLE headgate.schema_version (version int PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT clock_timestamp());
             INSERT INTO headgate.schema_version (version) VALUES (1);
             {await FirstAsync()}
             INSERT INTO headgate.change
             SELECT job, 1, 0, i / 100, i, CASE WHEN i % 50 < 25 THEN 'insert' ELSE 'update' END,
                    ARRAY[i::text], CASE WHEN i % 50 < 25 THEN NULL ELSE ARRAY['old' || i] END, ARRAY['new' || i]
             FROM generate_series(1, 500) i, (SELECT gen_random_uuid() AS job) j ORDER BY i
             """,
            open: false);
        const string Log = "SELECT job_id, attempt, object_no, segment_no, first_row, operation, key, before, after FROM headgate.change ORDER BY first_row";
        var before = await bench.RowsAsync(Log);

        await bench.MoveAsync(1, open: true);

        Assert.Equal(500, before.Count);
        Assert.Equal(before, await bench.RowsAsync(Log));
        Assert.Equal(before, await bench.RowsAsync(Log.Replace("BY first_row", "BY seq, place", StringComparison.Ordinal)));
    }

    static async Task<string> FirstAsync()
    {
        using var reader = new StreamReader(typeof(PostgresFence).Assembly.GetManifestResourceStream("Schema.001-headgate.sql")!);
        return await reader.ReadToEndAsync();
    }
}
