using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class PutBackTests
{
    const string Five = "CREATE TABLE items (id int PRIMARY KEY, name text, n int); INSERT INTO items SELECT i, 'old' || i, i FROM generate_series(1, 5) i";

    [Fact]
    public async Task What_a_job_wrote_is_as_it_was_and_what_it_did_not_touch_stays()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, CASE WHEN i = 4 THEN 'old4' ELSE 'new' END, i FROM generate_series(3, 8) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET n = 77 WHERE id = 1; INSERT INTO items VALUES (99, 'by hand', 0)");

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((2, 3, 0, 0, 0), (counts.Updated, counts.Deleted, counts.Inserted, counts.Unchanged, counts.Rejected));
        Assert.Equal(["(1,old1,77)", .. before.Skip(1), "(99,\"by hand\",0)"], await bench.RowsAsync());
    }

    [Fact]
    public async Task Another_field_that_somebody_changed_since_is_kept_and_keeps_nothing_from_being_put_back()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 1");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET n = 77 WHERE id = 1");

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 0), (counts.Updated, counts.Rejected));
        Assert.Equal("(1,old1,77)", (await bench.RowsAsync())[0]);
    }

    [Fact]
    public async Task By_field_others_keep_what_the_job_wrote_and_inserted_rows_stay()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i * 10 FROM generate_series(4, 6) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET n = 77 WHERE id = 4");

        var (rollback, counts) = await bench.RollBackAsync(job, fields: ["name"]);

        Assert.Equal((2, 2), (counts.Written, counts.Updated));
        Assert.Equal(["(4,old4,77)", "(5,old5,50)", "(6,new,60)"], (await bench.RowsAsync()).Skip(3));
        Assert.Equal(["(name,new,old4)", "(name,new,old5)"],
            await bench.Load.RowsAsync($"SELECT field, before, after FROM headgate.changes WHERE job_id = '{rollback.JobId}' ORDER BY key"));
    }

    [Fact]
    public async Task By_field_records_of_which_the_job_left_it_alone_are_not_looked_at()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 4, 'new', 4 UNION ALL SELECT 5, 'old5', 50");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = 'by hand' WHERE id = 5");

        var (_, counts) = await bench.RollBackAsync(job, fields: ["name"]);

        Assert.Equal((1, 1, 0, 0), (counts.Written, counts.Updated, counts.Unchanged, counts.Rejected));
        Assert.Equal(["(4,old4,4)", "(5,\"by hand\",50)"], (await bench.RowsAsync()).Skip(3));
    }

    [Fact]
    public async Task By_key_other_records_stay_as_the_job_wrote_them()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (region text, no numeric, name text, PRIMARY KEY (no, region));
            INSERT INTO items VALUES ('north', 1.0, 'old'), ('south', 1, 'old'), ('north', 2, 'old')
            """);
        var plan = await bench.Load.PlanAsync("items", ["region", "no"]);
        var job = await bench.WriteAsync(plan, "SELECT * FROM (VALUES ('north', 1::numeric, 'new'), ('south', 1, 'new'), ('north', 3, 'new')) v");

        var (_, counts) = await bench.RollBackAsync(job, keys: [["north", "1.0"], ["north", "3"], ["none", "1"]]);

        Assert.Equal((2, 1, 1), (counts.Written, counts.Updated, counts.Deleted));
        Assert.Equal(["(north,1.0,old)", "(north,2,old)", "(south,1,new)"], await bench.RowsAsync(order: "1, 2"));
    }

    [Fact]
    public async Task Values_of_every_type_are_put_back_to_the_last_bit()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE DOMAIN email AS varchar(30); CREATE TYPE mood AS ENUM ('sad', 'happy');
            CREATE TABLE items (id int PRIMARY KEY, n numeric, f float8, j json, b jsonb, c char(5), t timestamptz, y bytea, a int[], i interval,
                                d numeric(10,2), e email, m mood, x text[]);
            INSERT INTO items SELECT i, i::text::numeric, i / 3.0, '{"a" : 1}', '{"a" : 1}', 'ab', now(), '\x00ff', ARRAY[i, NULL], '1 mon', i, 'x@y ', 'sad', ARRAY['a,"b', NULL]
            FROM generate_series(1, 50) i;
            INSERT INTO items (id) VALUES (51);
            INSERT INTO items VALUES (52, 'NaN', '-0', 'null', 'null', '', 'infinity', '', '{}', '30 days', 'NaN'), (53, 1.0, 'NaN', '1', '1', 'x', '-infinity', NULL, '[0:1]={1,2}', '0', 1);
            """);
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, """
            SELECT i, i::numeric(10, 3), 0::float8, '{"a": 1}'::json, '[]'::jsonb, 'abc'::char(5), now() + interval '1 us', '\x00fe'::bytea, ARRAY[i, 1],
                   '30 days'::interval, (i + 1)::numeric(10, 2), 'x@y'::email, 'happy'::mood, '{}'::text[]
            FROM generate_series(1, 60) i
            """);
        // Touched by somebody who changed nothing: values have to tell.
        await bench.Load.Database.ExecuteAsync("UPDATE items SET id = id WHERE id % 2 = 0");

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((53, 7, 0), (counts.Updated, counts.Deleted, counts.Rejected));
        Assert.Equal(before, await bench.RowsAsync());
    }

    [Fact]
    public async Task Rows_of_partitions_are_found_where_they_are()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
            CREATE TABLE low PARTITION OF items FOR VALUES FROM (0) TO (100);
            CREATE TABLE high PARTITION OF items FOR VALUES FROM (100) TO (900);
            INSERT INTO items SELECT i, 'old' FROM generate_series(1, 150) i
            """);
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'new' FROM generate_series(1, 200) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = 'by hand' WHERE id IN (1, 199)");

        var (_, counts) = await bench.RollBackAsync(job, batch: 60);

        Assert.Equal((149, 49, 2), (counts.Updated, counts.Deleted, counts.Rejected));
        Assert.Equal([.. before.Skip(1).Append("(199,\"by hand\")").Append("(1,\"by hand\")").Order()], (await bench.RowsAsync()).Order());
    }

    [Fact]
    public async Task A_rollback_that_is_rolled_back_leaves_the_table_as_the_job_wrote_it()
    {
        await using var bench = await UndoBench.StartAsync($"{Five}; ALTER TABLE items ADD hand text DEFAULT 'h'");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        plan = plan with { Fields = [.. plan.Fields.Take(3)] };
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i FROM generate_series(4, 9) i");
        var after = await bench.RowsAsync();
        var (rollback, _) = await bench.RollBackAsync(job);

        var (again, counts) = await bench.RollBackAsync(rollback);
        Assert.Equal((2, 4, 0), (counts.Updated, counts.Inserted, counts.Rejected));
        Assert.Equal(after, await bench.RowsAsync());

        await bench.RollBackAsync(again);
        Assert.Equal(5, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE name LIKE 'old%' AND hand = 'h'"));
        Assert.Equal(5, (await bench.RowsAsync()).Count);
    }

    [Fact]
    public async Task What_is_undone_already_is_not_undone_again()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i FROM generate_series(3, 8) i");
        await bench.RollBackAsync(job);
        var before = await bench.RowsAsync();

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((6, 6), (counts.Written, counts.Unchanged));
        Assert.Equal(before, await bench.RowsAsync());
    }

    [Fact]
    public async Task Of_an_object_to_which_nothing_was_written_there_is_one_empty_segment()
    {
        await using var bench = await UndoBench.StartAsync(Five);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'old1', 1");
        var planned = Assert.Single(await bench.PlanAsync(job));
        Assert.Empty(await bench.ReadAsync(planned.Plan, Assert.Single(planned.Segments)));
        Assert.Equal((0, 0, 0), (planned.Updates, planned.Inserts, planned.Deletes));
    }

    [Fact]
    public async Task Fields_that_no_entry_of_a_batch_has_changed_are_left_alone_and_all_others_are_put_back()
    {
        await using var bench = await UndoBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, a text, b int, c text, d int);
            INSERT INTO items SELECT i, 'a', 1, 'c', 2 FROM generate_series(1, 4) i
            """);
        var before = await bench.RowsAsync();
        var job = await bench.WriteAsync(
            await bench.Load.PlanAsync("items", ["id"]), "SELECT i, 'a', CASE WHEN i < 3 THEN 9 ELSE 1 END, CASE WHEN i > 1 THEN 'x' ELSE 'c' END, 2 FROM generate_series(1, 4) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET a = 'hand', d = 7 WHERE id = 2; UPDATE items SET b = 5 WHERE id = 1");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((3, 1), (counts.Updated, counts.Rejected));
        Assert.Equal(["(1,a,5,c,2)", "(2,hand,1,c,7)", .. before.Skip(2)], await bench.RowsAsync());
        Assert.Equal(
            ["(changed,{1},\"{NULL,NULL,1,NULL,NULL}\",\"{NULL,NULL,9,NULL,NULL}\",\"{NULL,NULL,5,NULL,NULL}\")"], await bench.ConflictsAsync(rollback));
    }
}
