using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Connectors.Postgres.Tests.Vanished;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class AttemptTests
{
    const string Three = "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'a' FROM generate_series(1, 3) i";

    [Fact]
    public async Task Two_attempts_are_undone_one_after_the_other_and_what_a_person_wrote_between_them_is_kept()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var first = await bench.WriteAsync(plan, "SELECT i, 'b' FROM generate_series(1, 5) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = 'person' WHERE id IN (1, 5)");
        await bench.WriteAsync(plan, "SELECT i, 'c' FROM generate_series(1, 5) i", before: first);

        var (rollback, counts) = await bench.RollBackAsync(first);

        Assert.Equal(["(1,person)", "(2,a)", "(3,a)", "(5,person)"], await bench.RowsAsync());
        Assert.Equal((10, 7, 1, 2), (counts.Written, counts.Updated, counts.Deleted, counts.Rejected));
        Assert.Equal(["(changed,{1},\"{NULL,a}\",\"{NULL,b}\",\"{NULL,person}\")", "(changed,{5},,\"{5,b}\",\"{5,person}\")"], await bench.ConflictsAsync(rollback));
    }

    [Fact]
    public async Task A_value_that_the_second_attempt_wrote_back_is_not_put_back_to_what_the_first_wrote()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var first = await bench.WriteAsync(plan, "SELECT 1, 'b'");
        await bench.WriteAsync(plan, "SELECT 1, 'a'", before: first);

        var planned = Assert.Single(await bench.PlanAsync(first));
        Assert.Equal([0, 1], planned.Segments.Select(s => s.Generation));
        await bench.RunAsync(await bench.BeginAsync(), [planned]);

        Assert.Equal(before, await bench.RowsAsync());
    }

    [Fact]
    public async Task An_attempt_that_read_the_object_again_is_undone_read_by_read()
    {
        await using var bench = await UndoBench.StartAsync(Three);
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'b'");
        // Segment 1 was lost, so all was read again.
        await bench.WriteSegmentAsync(job, plan, "SELECT 1, 'a'", segment: 2);
        await bench.WriteSegmentAsync(job, plan, "SELECT 2, 'b'", segment: 3);

        var planned = Assert.Single(await bench.PlanAsync(job));
        Assert.Equal([0, 1, 2], planned.Segments.Select(s => s.Generation));
        await bench.RunAsync(await bench.BeginAsync(), [planned]);

        Assert.Equal(before, await bench.RowsAsync());
    }

    [Fact]
    public async Task Two_records_that_were_one_to_the_table_are_undone_the_later_before_the_earlier()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE items (code text COLLATE fold PRIMARY KEY, name text); INSERT INTO items VALUES ('North', 'a')
            """);
        var plan = await bench.Load.PlanAsync("items", ["code"]);
        var job = await bench.WriteAsync(plan, "SELECT * FROM (VALUES ('NORTH', 'b'), ('north', 'e'), ('South', 'c'), ('SOUTH', 'd')) v");
        Assert.Equal(["(North,e)", "(South,d)"], await bench.RowsAsync());

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((3, 1), (counts.Updated, counts.Deleted));
        Assert.Equal(["(North,a)"], await bench.RowsAsync());
    }

    [Fact]
    public async Task Rows_that_vanished_are_there_again_with_their_unmapped_columns()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text, note text, g int GENERATED ALWAYS AS (id * 2) STORED, c char(4));
            INSERT INTO items (id, name, note, c) SELECT i, 'n' || i, 'by hand ' || i, 'x' FROM generate_series(1, 10) i
            """);
        var before = await bench.Load.RowsAsync("SELECT * FROM items ORDER BY id");
        var plan = await bench.BeginAsync("items", ["id"], without: "note");
        await bench.ReadAsync(plan, "SELECT i, 'new', 'y'::char(4) FROM generate_series(4, 12) i");
        Assert.Equal(3, await bench.FinishAsync(plan));
        await bench.Load.Database.ExecuteAsync("ALTER TABLE items ADD later int NOT NULL DEFAULT 7; INSERT INTO items (id, name) VALUES (2, 'other')");
        var undo = new UndoBench(bench.Load);

        var (rollback, counts) = await undo.RollBackAsync(bench.Load.Job);

        Assert.Equal((2, 7, 2, 1), (counts.Inserted, counts.Updated, counts.Deleted, counts.Rejected));
        Assert.Equal(["(taken,{2},\"{2,n2,\"\"x   \"\"}\",,\"{2,other,NULL,NULL,7}\")"], await undo.ConflictsAsync(rollback));
        Assert.Equal([.. before.Where(row => !row.StartsWith("(2,", StringComparison.Ordinal))],
            await bench.Load.RowsAsync("SELECT id, name, note, g, c FROM items WHERE id <> 2 ORDER BY id"));
        Assert.Equal(10L, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE later = 7"));
    }

    [Fact]
    public async Task A_row_that_somebody_inserts_again_at_this_very_moment_keeps_no_other_from_being_restored()
    {
        await using var bench = await VanishedBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'old' FROM generate_series(1, 3) i");
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT 3, 'old'");
        Assert.Equal(2, await bench.FinishAsync(plan));
        var undo = new UndoBench(bench.Load);
        var planned = Assert.Single(await undo.PlanAsync(bench.Load.Job));
        var rollback = await undo.BeginAsync();
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(session, "BEGIN; INSERT INTO items VALUES (1, 'by hand')");

        var undoing = undo.TryAsync(rollback, planned);
        await bench.Load.WaitForLockAsync();
        await Sql.RunAsync(session, "COMMIT");

        Assert.Null(await Record.ExceptionAsync(() => undoing));
    }

    [Fact]
    public async Task Rows_that_were_marked_as_vanished_lose_the_mark()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text, headgate_vanished_at timestamptz); INSERT INTO items VALUES (1, 'a', NULL), (2, 'a', '2020-01-01 00:00+00'), (3, 'a', NULL)
            """);
        var before = await bench.Load.RowsAsync("SELECT * FROM items ORDER BY id");
        var plan = await bench.BeginAsync("items", ["id"], OnVanished.Mark);
        await bench.ReadAsync(plan, "SELECT i, 'a' FROM generate_series(1, 2) i");
        Assert.Equal(1, await bench.FinishAsync(plan));
        Assert.NotEqual(before, await bench.Load.RowsAsync("SELECT * FROM items ORDER BY id"));
        var undo = new UndoBench(bench.Load);

        var (_, counts) = await undo.RollBackAsync(bench.Load.Job);

        Assert.Equal(2, counts.Updated);
        Assert.Equal(before, await bench.Load.RowsAsync("SELECT * FROM items ORDER BY id"));
    }

    [Fact]
    public async Task Parents_and_children_come_and_go_in_the_order_that_their_keys_allow()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items VALUES (1, 'a');
            CREATE TABLE kids (id int PRIMARY KEY, item int REFERENCES items ON DELETE CASCADE, boss int REFERENCES kids); INSERT INTO kids VALUES (1, 1, 1)
            """);
        var (items, kids) = (await bench.Load.PlanAsync("items", ["id"]), await bench.Load.PlanAsync("kids", ["id"]));
        kids = kids with { ObjectNo = 1, Level = 1 };
        var job = await bench.BeginAsync();
        await bench.Load.Destination.ApplyChangesAsync(job, [items, kids], default);
        await bench.WriteSegmentAsync(job, items, "SELECT i, 'new' FROM generate_series(2, 9) i");
        await bench.WriteSegmentAsync(job, kids, "SELECT i, i, i - 1 FROM generate_series(2, 9) i UNION ALL SELECT 1, 9, 1", segment: 0);

        var (_, counts) = await bench.RollBackAsync(job, objects: [0, 1]);

        Assert.Equal((1, 16, 0), (counts.Updated, counts.Deleted, counts.Rejected));
        Assert.Equal(["(1,a)"], await bench.RowsAsync());
        Assert.Equal(["(1,1,1)"], await bench.RowsAsync("kids"));
    }
}
