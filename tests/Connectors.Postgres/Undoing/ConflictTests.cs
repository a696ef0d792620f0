using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class ConflictTests
{
    const string Two = "CREATE TABLE items (id int PRIMARY KEY, name text, n int); INSERT INTO items VALUES (1, 'old', 1), (2, 'old', 2)";

    [Fact]
    public async Task A_row_that_somebody_changed_since_is_left_and_told_with_all_three_values()
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 1 UNION ALL SELECT 2, 'new', 2 UNION ALL SELECT 3, 'new', 3");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = 'by hand', n = 9 WHERE id IN (1, 3)");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 2), (counts.Updated, counts.Rejected));
        Assert.Equal(["(1,\"by hand\",9)", "(2,old,2)", "(3,\"by hand\",9)"], await bench.RowsAsync());
        Assert.Equal(
            ["(changed,{1},\"{NULL,old,NULL}\",\"{NULL,new,NULL}\",\"{NULL,\"\"by hand\"\",NULL}\",f)", "(changed,{3},,\"{3,new,3}\",\"{3,\"\"by hand\"\",9}\",f)"],
            await bench.ConflictsAsync(rollback, "conflict, key, before, written, now, deferred"));
    }

    [Fact]
    public async Task A_row_that_somebody_has_put_right_already_is_no_conflict()
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 9 UNION ALL SELECT 2, 'new', 9");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET name = 'old'; UPDATE items SET n = 2 WHERE id = 2");

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 1, 0), (counts.Updated, counts.Unchanged, counts.Rejected));
        Assert.Equal(["(1,old,1)", "(2,old,2)"], await bench.RowsAsync());
    }

    [Fact]
    public async Task A_changed_row_that_is_gone_stays_gone()
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 1 UNION ALL SELECT 3, 'new', 3");
        await bench.Load.Database.ExecuteAsync("DELETE FROM items WHERE id IN (1, 3)");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 1), (counts.Unchanged, counts.Rejected));
        Assert.Equal(["(2,old,2)"], await bench.RowsAsync());
        Assert.Equal(["(gone,{1},\"{NULL,old,NULL}\",\"{NULL,new,NULL}\",)"], await bench.ConflictsAsync(rollback));
    }

    [Theory]
    [InlineData("CASCADE")]
    [InlineData("SET NULL")]
    [InlineData("NO ACTION")]
    public async Task An_inserted_row_that_others_refer_to_is_left_whatever_a_delete_would_do_to_them(string onDelete)
    {
        await using var bench = await UndoBench.StartAsync($"{Two}; CREATE TABLE kids (id int, item int REFERENCES items ON DELETE {onDelete})");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i FROM generate_series(3, 5) i");
        await bench.Load.Database.ExecuteAsync("INSERT INTO kids VALUES (1, 4)");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((2, 1), (counts.Deleted, counts.Rejected));
        Assert.Equal(["(1,4)"], await bench.RowsAsync("kids"));
        Assert.Equal(["(1,old,1)", "(2,old,2)", "(4,new,4)"], await bench.RowsAsync());
        Assert.Equal(["(referred,{4},,\"{4,new,4}\",\"{4,new,4}\",kids_item_fkey,t)"],
            await bench.ConflictsAsync(rollback, "conflict, key, before, written, now, constraint_name, deferred"));
    }

    [Fact]
    public async Task Somebody_who_comes_to_refer_to_a_row_at_this_very_moment_keeps_it()
    {
        await using var bench = await UndoBench.StartAsync($"{Two}; CREATE TABLE kids (id int, item int REFERENCES items ON DELETE CASCADE)");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 3, 'new', 3");
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(session, "BEGIN; INSERT INTO kids VALUES (1, 3)");
        var undoing = bench.RollBackAsync(job);
        await bench.Load.WaitForLockAsync();
        await Sql.RunAsync(session, "COMMIT");

        var (rollback, counts) = await undoing;

        Assert.Equal((0, 1), (counts.Deleted, counts.Rejected));
        Assert.Equal(["(1,3)"], await bench.RowsAsync("kids"));
        Assert.Equal(["(referred)"], await bench.ConflictsAsync(rollback, "conflict"));
    }

    [Fact]
    public async Task Rows_that_only_others_of_the_batch_refer_to_go_with_them()
    {
        await using var bench = await UndoBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, boss int REFERENCES items)");
        var job = await bench.WriteAsync(await bench.Load.PlanAsync("items", ["id"]), "SELECT i, nullif(i - 1, 0) FROM generate_series(1, 4) i");
        var planned = Assert.Single(await bench.PlanAsync(job));

        Assert.Equal(0, await bench.TryAsync(await bench.BeginAsync(), planned));
    }

    [Fact]
    public async Task A_foreign_key_that_is_made_at_this_very_moment_is_seen_and_nothing_is_carried_on_through_it()
    {
        await using var bench = await UndoBench.StartAsync($"{Two}; CREATE TABLE kids (item int REFERENCES items)");
        var job = await bench.WriteAsync(await bench.Load.PlanAsync("items", ["id"]), "SELECT 3, 'new', 3");
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        // Those that refer to the row are known by then, and looked up.
        await Sql.RunAsync(session, "BEGIN; LOCK TABLE kids");
        var undoing = bench.RollBackAsync(job);
        await bench.Load.WaitForLockAsync();
        await bench.Load.Database.ExecuteAsync("CREATE TABLE late AS SELECT 3 AS item; ALTER TABLE late ADD FOREIGN KEY (item) REFERENCES items ON DELETE CASCADE");
        await Sql.RunAsync(session, "COMMIT");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => undoing);

        Assert.Equal(("rows-contended", true), (error.Problem.Code, error.Problem.Retryable));
        Assert.Equal(["(3)"], await bench.RowsAsync("late"));
    }

    [Theory]
    [InlineData("UPDATE items SET name = 'by hand' WHERE id = 1", "(1,\"by hand\",1)")]
    [InlineData("UPDATE items SET name = 'by hand' WHERE id = 3", "(3,\"by hand\",3)")]
    [InlineData("DELETE FROM items WHERE id = 1", null)]
    public async Task An_edit_while_the_batch_is_under_way_is_not_overwritten(string edit, string? left)
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 1 UNION ALL SELECT 3, 'new', 3");
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(session, $"BEGIN; {edit}");
        var undoing = bench.RollBackAsync(job);
        await bench.Load.WaitForLockAsync();
        await Sql.RunAsync(session, "COMMIT");

        var (rollback, counts) = await undoing;

        Assert.Equal((1, 1), (counts.Updated + counts.Deleted, counts.Rejected));
        Assert.Equal(left is null ? "(gone)" : "(changed)", Assert.Single(await bench.ConflictsAsync(rollback, "conflict")));
        if (left is not null) Assert.Contains(left, await bench.RowsAsync());
    }

    [Theory]
    [InlineData("ALTER TABLE items ADD notes text; UPDATE items SET notes = 'mine' WHERE id = 3", true)]
    [InlineData("ALTER TABLE items ADD twice int GENERATED ALWAYS AS (n * 2) STORED", false)]
    public async Task An_inserted_row_is_not_deleted_with_a_column_that_came_after_planning(string change, bool isKept)
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var job = await bench.WriteAsync(await bench.Load.PlanAsync("items", ["id"]), "SELECT i, 'new', i FROM generate_series(2, 3) i");
        var planned = await bench.PlanAsync(job);
        await bench.Load.Database.ExecuteAsync(change);

        if (isKept) Assert.Equal("fields-changed", (await Assert.ThrowsAsync<ConnectorException>(async () => await bench.RunAsync(await bench.BeginAsync(), planned))).Problem.Code);
        else await bench.RunAsync(await bench.BeginAsync(), planned);
        Assert.Equal(isKept ? 3 : 2, (await bench.RowsAsync()).Count);

        // Planned anew it knows the column.
        var (_, counts) = await bench.RollBackAsync(job);
        Assert.Equal(isKept ? (0, 1) : (0, 0), (counts.Deleted, counts.Rejected));
    }

    [Fact]
    public async Task An_inserted_row_whose_other_columns_somebody_has_filled_is_left()
    {
        await using var bench = await UndoBench.StartAsync($"{Two}; ALTER TABLE items ADD hand text, ADD more int DEFAULT 5");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        plan = plan with { Fields = [.. plan.Fields.Take(3)] };
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i FROM generate_series(3, 5) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET hand = 'mine' WHERE id = 3; UPDATE items SET hand = NULL WHERE id = 4");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((2, 1), (counts.Deleted, counts.Rejected));
        Assert.Equal(["(changed,{3},,\"{3,new,3}\",\"{3,new,3,mine,5}\")"], await bench.ConflictsAsync(rollback));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_inserted_row_that_was_touched_is_left_where_it_cannot_be_told_whether_a_column_was_filled(bool isCopied)
    {
        await using var bench = await UndoBench.StartAsync($"{Two}; ALTER TABLE items ADD at timestamptz DEFAULT now()");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        plan = plan with { Fields = [.. plan.Fields.Take(3)] };
        var job = await bench.WriteAsync(plan, "SELECT i, 'new', i FROM generate_series(3, 4) i");
        await bench.Load.Database.ExecuteAsync("UPDATE items SET n = n WHERE id = 3");
        // As by a dump that was restored: the numbers of transactions are another server's.
        if (isCopied) await bench.Load.Database.ExecuteAsync("UPDATE headgate.change_group SET row_count = row_count");

        var (_, counts) = await bench.RollBackAsync(job);

        Assert.Equal(isCopied ? (0, 2) : (1, 1), (counts.Deleted, counts.Rejected));
    }

    [Fact]
    public async Task A_value_that_does_not_fit_any_more_is_a_conflict_and_no_end()
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 1 UNION ALL SELECT 2, 'new', 2");
        await bench.Load.Database.ExecuteAsync("ALTER TABLE items ADD CHECK (id <> 1 OR name = 'new')");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 1), (counts.Updated, counts.Rejected));
        Assert.Equal(["(changed,23514,\"{NULL,old,NULL}\",\"{NULL,new,NULL}\",\"{NULL,new,NULL}\")"],
            await bench.ConflictsAsync(rollback, "conflict, sqlstate, before, written, now"));
        Assert.Equal(["(1,new,1)", "(2,old,2)"], await bench.RowsAsync());
    }

    [Fact]
    public async Task What_is_checked_at_commit_is_a_conflict_of_the_record_that_it_is_about()
    {
        await using var bench = await UndoBench.StartAsync($"""
            {Two}; CREATE TABLE groups (no int PRIMARY KEY); INSERT INTO groups SELECT generate_series(1, 9);
            ALTER TABLE items ADD FOREIGN KEY (n) REFERENCES groups DEFERRABLE INITIALLY DEFERRED
            """);
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'new', 5 UNION ALL SELECT 2, 'new', 6");
        await bench.Load.Database.ExecuteAsync("DELETE FROM groups WHERE no = 1");
        var planned = Assert.Single(await bench.PlanAsync(job));

        // Found by the write, and not by the commit.
        var error = await Assert.ThrowsAsync<ConnectorException>(async () => await bench.TryAsync(await bench.BeginAsync(), planned));
        Assert.Equal(LoadRemedy.Halve, error.Remedy);
        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 1), (counts.Updated, counts.Rejected));
        Assert.Equal(["(1,new,5)", "(2,old,2)"], await bench.RowsAsync());
        Assert.Equal(["(gone,items_n_fkey,t)"], await bench.ConflictsAsync(rollback, "conflict, constraint_name, deferred"));
    }

    [Fact]
    public async Task Deletes_that_would_be_carried_on_to_rows_that_may_be_hidden_are_refused_though_that_came_after_the_plan()
    {
        await using var bench = await UndoBench.StartAsync(Two);
        var job = await bench.WriteAsync(await bench.Load.PlanAsync("items", ["id"]), "SELECT 3, 'new', 3");
        var plans = await bench.PlanAsync(job);
        await bench.Load.Database.ExecuteAsync(
            "CREATE TABLE kids (item int REFERENCES items ON DELETE CASCADE); INSERT INTO kids VALUES (3); ALTER TABLE kids ENABLE ROW LEVEL SECURITY");
        var rollback = await bench.BeginAsync();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.RunAsync(rollback, plans));

        Assert.Equal(("permission", 1), (error.Problem.Code, (await bench.RowsAsync("kids")).Count));
    }

    [Fact]
    public async Task Unique_values_that_moved_on_from_row_to_row_move_back()
    {
        await using var bench = await UndoBench.StartAsync(
            "CREATE TABLE items (id int PRIMARY KEY, mail text UNIQUE); INSERT INTO items SELECT i, 'm' || i FROM generate_series(1, 6) i");
        var before = await bench.RowsAsync();
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT i, 'm' || i - 1 FROM generate_series(1, 6) i");
        Assert.Equal("(6,m5)", (await bench.RowsAsync())[5]);

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((6, 0), (counts.Updated, counts.Rejected));
        Assert.Equal(before, await bench.RowsAsync());
        Assert.Empty(await bench.ConflictsAsync(rollback));
        Assert.Equal(6L, await bench.Load.Database.ScalarAsync<long>($"SELECT sum(row_count)::bigint FROM headgate.change_group WHERE job_id = '{rollback.JobId}'"));
    }

    [Fact]
    public async Task A_value_that_another_row_has_taken_is_a_conflict_until_it_is_free()
    {
        await using var bench = await UndoBench.StartAsync(
            "CREATE TABLE items (id int PRIMARY KEY, mail text UNIQUE); INSERT INTO items VALUES (1, 'a'), (2, 'b')");
        var plan = await bench.Load.PlanAsync("items", ["id"]);
        var job = await bench.WriteAsync(plan, "SELECT 1, 'x' UNION ALL SELECT 2, 'y'");
        await bench.Load.Database.ExecuteAsync("INSERT INTO items VALUES (3, 'a')");

        var (rollback, counts) = await bench.RollBackAsync(job);

        Assert.Equal((1, 1), (counts.Updated, counts.Rejected));
        Assert.Equal(["(taken,items_mail_key,t,t)"], await bench.ConflictsAsync(rollback, "conflict, constraint_name, deferred, image IS NOT NULL"));
        Assert.Equal(["(1,x)", "(2,b)", "(3,a)"], await bench.RowsAsync());
    }
}
