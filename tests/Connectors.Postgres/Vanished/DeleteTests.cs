using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

public sealed class DeleteTests
{
    const string Items = "CREATE TABLE items (id int PRIMARY KEY, name text, note text)";
    const string Ten = $"{Items}; INSERT INTO items SELECT i, 'n' || i, 'by hand ' || i FROM generate_series(1, 10) i";

    [Fact]
    public async Task Rows_that_a_read_did_not_bring_are_deleted_and_all_others_stay()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"], without: "note");
        await bench.ReadAsync(plan, "SELECT i, 'n' || i FROM generate_series(1, 5) i");
        await bench.ReadAsync(plan, "SELECT i, 'new' FROM generate_series(7, 12) i WHERE i <> 9", segment: 1);

        Assert.Equal(2, await bench.FinishAsync(plan));

        Assert.Equal(["(1)", "(2)", "(3)", "(4)", "(5)", "(7)", "(8)", "(10)", "(11)", "(12)"], await bench.Load.RowsAsync("SELECT id FROM items ORDER BY id"));
        Assert.Equal(2, (await bench.Load.MoveAsync(2, open: false))[0].Vanished);
    }

    [Fact]
    public async Task A_deleted_row_is_logged_with_all_that_it_held()
    {
        await using var bench = await VanishedBench.StartAsync($"{Ten}; ALTER TABLE items ADD c char(4) DEFAULT 'x', ADD g int GENERATED ALWAYS AS (id * 2) STORED");
        var plan = await bench.BeginAsync("items", ["id"], without: "note");
        await bench.ReadAsync(plan, "SELECT i, 'n' || i, 'x'::char(4) FROM generate_series(1, 9) i");

        await bench.FinishAsync(plan);

        Assert.Equal(["(delete,id,10,)", "(delete,name,n10,)", "(delete,c,\"x   \",)", "(delete,note,\"by hand 10\",)"],
            await bench.Load.RowsAsync("SELECT operation, field, before, after FROM headgate.changes WHERE key = '{10}'"));
        Assert.Equal(["(-1,vanished,1,1)"],
            await bench.Load.RowsAsync("SELECT segment_no, path, row_count, vanished FROM headgate.batch WHERE vanished > 0"));
        Assert.Equal(["(1)"], await bench.Load.RowsAsync("SELECT row_count FROM headgate.change_group WHERE segment_no = -1"));
    }

    [Fact]
    public async Task Keys_of_several_columns_and_keys_that_are_equal_without_being_the_same_are_told_apart_as_the_index_does()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE items (region text COLLATE fold, no numeric, at float8, v varchar(9), name text, PRIMARY KEY (region, no, at, v));
            INSERT INTO items VALUES ('North', 1.0, 0, 'a', 'x'), ('North', 2, 0, 'a', 'x'), ('south', 1, 0, 'a', 'x'), ('South', 1, 1, 'a', 'x')
            """);
        var plan = await bench.BeginAsync("items", ["region", "no", "at", "v"]);
        await bench.ReadAsync(plan, "SELECT 'NORTH'::text, 1::numeric, '-0'::float8, 'a'::varchar(9), 'y' UNION ALL SELECT 'SOUTH', 1.00, 0, 'a', 'y'");

        Assert.Equal(2, await bench.FinishAsync(plan));

        Assert.Equal(["(North,1.0)", "(south,1)"], await bench.Load.RowsAsync("SELECT region, no FROM items ORDER BY 1"));
    }

    [Fact]
    public async Task Rows_whose_key_has_a_null_are_nobodys_and_stay()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (a int, b int, name text, UNIQUE (a, b)); INSERT INTO items VALUES (1, 1, 'x'), (1, NULL, 'x'), (2, 2, 'x')
            """);
        var plan = await bench.BeginAsync("items", ["a", "b"]);
        await bench.ReadAsync(plan, "SELECT 1, 1, 'x'");
        Assert.Equal(1, await bench.FinishAsync(plan));
        Assert.Equal(["(1,1)", "(1,)"], await bench.Load.RowsAsync("SELECT a, b FROM items ORDER BY b"));
    }

    [Fact]
    public async Task Each_partition_is_gone_through()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
            CREATE TABLE low PARTITION OF items FOR VALUES FROM (0) TO (100);
            CREATE TABLE mid PARTITION OF items FOR VALUES FROM (100) TO (200);
            CREATE TABLE high PARTITION OF items FOR VALUES FROM (200) TO (900);
            INSERT INTO items SELECT i, 'x' FROM generate_series(1, 299) i
            """);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT i, 'x' FROM generate_series(1, 299) i WHERE i % 50 <> 1");
        Assert.Equal(6, await bench.FinishAsync(plan, size: 1));
        Assert.Equal(293, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_rejected_record_is_no_reason_to_delete_its_row()
    {
        await using var bench = await VanishedBench.StartAsync($"{Ten}; ALTER TABLE items ADD CONSTRAINT short CHECK (length(name) < 5)");
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT i, CASE WHEN i IN (2, 7) THEN 'too long' ELSE 'n' END, '' FROM generate_series(1, 9) i");

        Assert.Equal(1, await bench.FinishAsync(plan));

        Assert.Equal(9, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Theory]
    [InlineData("varchar(9)", false)]
    [InlineData("varchar(9)", true)]
    [InlineData("text", false)]
    public async Task A_rejected_record_keeps_the_row_whose_key_its_own_is_equal_to(string type, bool cast)
    {
        await using var bench = await VanishedBench.StartAsync($"""
            CREATE COLLATION fold (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE items (code {type} COLLATE fold PRIMARY KEY, name text CHECK (name <> 'bad')); INSERT INTO items VALUES ('North', 'x'), ('South', 'x')
            """);
        var plan = await bench.BeginAsync("items", ["code"]);
        if (cast) plan = plan with { Fields = [plan.Fields[0] with { StagedType = "text", DestinationCast = true }, plan.Fields[1]] };
        await bench.ReadAsync(plan, $"SELECT c::{(cast ? "text" : type)}, 'bad' FROM unnest(ARRAY['North', 'WEST']) c");
        Assert.Equal(1, await bench.FinishAsync(plan));
        Assert.Equal(["(North)"], await bench.Load.RowsAsync("SELECT code FROM items"));
    }

    [Fact]
    public async Task A_rejected_key_that_is_none_to_its_column_is_passed_over()
    {
        await using var bench = await VanishedBench.StartAsync(
            "CREATE TABLE items (code varchar(3) PRIMARY KEY, name text); INSERT INTO items VALUES ('abc', 'x'), ('old', 'x')");
        var plan = await bench.BeginAsync("items", ["code"]);
        plan = plan with { Fields = [plan.Fields[0] with { StagedType = "text", DestinationCast = true }, plan.Fields[1]] };
        await bench.ReadAsync(plan, "SELECT c, 'y' FROM unnest(ARRAY['abc', 'abcd', 'abce']) c");
        Assert.Equal(1, await bench.FinishAsync(plan));
        Assert.Equal(["(abc)"], await bench.Load.RowsAsync("SELECT code FROM items"));
    }

    [Fact]
    public async Task A_table_that_was_found_empty_is_copied_into_and_has_no_rows_that_vanished()
    {
        await using var bench = await VanishedBench.StartAsync(Items);
        var plan = await bench.BeginAsync("items", ["id"], directCopy: true);
        await bench.ReadAsync(plan, "SELECT i, 'x', '' FROM generate_series(1, 5) i", empty: true);
        await bench.Load.Database.ExecuteAsync("INSERT INTO items VALUES (99, 'by hand', '')");
        Assert.True((await bench.BatchAsync(plan)).Done);
        Assert.Equal(6, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        Assert.Equal(["(copy)"], await bench.Load.RowsAsync("SELECT path FROM headgate.ledger"));
    }

    [Fact]
    public async Task Rows_of_a_read_that_another_took_the_place_of_vanish_too()
    {
        await using var bench = await VanishedBench.StartAsync(Items);
        var first = await bench.BeginAsync("items", ["id"], directCopy: true);
        await bench.ReadAsync(first, "SELECT i, 'x', '' FROM generate_series(1, 5) i", empty: true);
        bench.Forget(0);
        var second = first with { ReadNo = 1 };
        Assert.Equal([0], await bench.ShapeAsync(second));
        await bench.ReadAsync(second, "SELECT i, 'x', '' FROM generate_series(1, 4) i", segment: 1, empty: true);
        await bench.ReadAsync(second, "SELECT i, 'x', '' FROM generate_series(6, 7) i", segment: 2, empty: true);

        Assert.Equal(1, await bench.FinishAsync(second));

        Assert.Equal(6, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_row_that_somebody_changes_meanwhile_is_deleted_as_it_is_then()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT i, 'n', '' FROM generate_series(1, 9) i");
        while (await bench.Load.Database.ScalarAsync<string>("SELECT state FROM headgate.full_read") != "scanning") await bench.BatchAsync(plan);
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        await using var command = session.CreateCommand();
        command.CommandText = "BEGIN; UPDATE items SET note = 'changed' WHERE id = 10";
        await command.ExecuteNonQueryAsync();
        var finishing = bench.FinishAsync(plan);
        await bench.Load.WaitForLockAsync();
        command.CommandText = "COMMIT";
        await command.ExecuteNonQueryAsync();

        await finishing;

        var there = await bench.Load.RowsAsync("SELECT note FROM items WHERE id = 10");
        var logged = await bench.Load.RowsAsync("SELECT before FROM headgate.changes WHERE key = '{10}' AND field = 'note'");
        Assert.Equal(["(changed)"], there.Concat(logged));
    }

    [Theory]
    [InlineData("53200", true)]
    [InlineData("54000", true)]
    [InlineData("57014", false)]
    public async Task Where_the_rows_of_many_blocks_are_too_much_at_once_fewer_are_tried(string state, bool isTriedAtOnce)
    {
        await using var bench = await VanishedBench.StartAsync($"""
            CREATE TABLE items (id int PRIMARY KEY, pad text DEFAULT repeat('x', 3000)); ALTER TABLE items ALTER pad SET STORAGE PLAIN;
            INSERT INTO items SELECT generate_series(1, 20);
            CREATE FUNCTION large() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF (SELECT count(*) FROM gone) > 2 THEN RAISE 'too much' USING ERRCODE = '{state}'; END IF; RETURN NULL; END $$;
            CREATE TRIGGER large AFTER DELETE ON items REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION large();
            """);
        var plan = await bench.BeginAsync("items", ["id"], without: "pad");
        await bench.ReadAsync(plan, "SELECT 1");
        await bench.BatchAsync(plan);
        var batch = await bench.BatchAsync(plan);
        Assert.Equal((isTriedAtOnce, false), (batch.Rows > 0, batch.Done));
        Assert.Equal(19, await bench.FinishAsync(plan, size: 1));
    }
}
