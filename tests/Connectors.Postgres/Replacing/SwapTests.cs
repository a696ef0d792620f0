using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>Tables that are loaded anew beside the old ones, and take their place.</summary>
public sealed class SwapTests : SwapTest
{
    [Fact]
    public async Task The_old_table_stays_as_it_was_until_the_swap_and_is_kept_after_it()
    {
        var plan = await LoadedAsync();
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        await SwapAsync(plan);
        var kept = await Bench.Database.ScalarAsync<string>("SELECT old_name FROM headgate.table_swap");
        Assert.StartsWith("\"headgate\".\"old_", kept, StringComparison.Ordinal);
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>($"SELECT count(*) FROM {kept} WHERE gone = 'g'"));
        Assert.Equal(["(public.items)"], await Bench.RowsAsync("SELECT table_name FROM headgate.job_object"));
    }

    [Fact]
    public async Task It_is_swapped_once_and_a_job_that_goes_on_after_that_finds_nothing_to_do()
    {
        var plan = await LoadedAsync();
        await SwapAsync(plan);
        await SwapAsync(plan);
        Assert.Equal([0], await Bench.Destination.ApplyChangesAsync(Bench.Job, [plan], default));
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_reader_never_sees_a_table_that_is_missing_or_empty()
    {
        var plan = await LoadedAsync();
        // The swap stands still in its middle, when everything has been renamed.
        await Bench.Database.ExecuteAsync("""
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                SET LOCAL lock_timeout TO 0; PERFORM pg_catalog.pg_advisory_xact_lock(42); RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE UPDATE ON headgate.table_swap FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        await using var holder = await Bench.Database.DataSource.OpenConnectionAsync();
        await Sql.RunAsync(holder, "SELECT pg_advisory_lock(42)");
        var swapping = SwapAsync(plan);
        const string here = "NOT l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        await BlockedSessions.UntilAsync(
            Bench.Database, $"SELECT EXISTS (SELECT FROM pg_locks l WHERE {here} AND l.locktype = 'advisory' AND l.objid = 42)");

        var readers = Enumerable.Range(0, 3).Select(_ => Bench.Database.ScalarAsync<long>("SELECT count(*) FROM public.items")).ToList();
        await BlockedSessions.UntilAsync(Bench.Database, $"""
            SELECT count(*) = {readers.Count} FROM pg_locks l WHERE {here} AND l.locktype = 'relation' AND l.mode = 'AccessShareLock'
            """);
        await Sql.RunAsync(holder, "SELECT pg_advisory_unlock(42)");

        Assert.All(await Task.WhenAll(readers), count => Assert.Equal(100, count));
        await swapping;
    }

    [Fact]
    public async Task A_reader_that_holds_the_old_table_is_waited_for_without_others_waiting_behind()
    {
        var plan = await LoadedAsync();
        await using var session = await Bench.Database.DataSource.OpenConnectionAsync();
        await using var command = session.CreateCommand();
        command.CommandText = "BEGIN; SELECT FROM items LIMIT 1";
        await command.ExecuteNonQueryAsync();
        var swapping = SwapAsync(plan);
        for (var look = 0; look < 20; look++)
            Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items").WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.False(swapping.IsCompleted);
        command.CommandText = "COMMIT";
        await command.ExecuteNonQueryAsync();
        await swapping;
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task Nothing_is_swapped_while_a_segment_is_not_written_or_once_the_fence_has_moved_on()
    {
        var plan = await LoadedAsync();
        var ticket = Ticket() with { Segments = new Dictionary<int, long> { [0] = 100, [1] = 1 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Bench.Destination.FinishBatchAsync(ticket, plan, 1, default));
        Assert.Equal("read-in-doubt", error.Problem.Code);
        await Bench.MoveAsync(2, open: false);
        Assert.Equal(SkipReason.Fenced, (await Bench.Destination.FinishBatchAsync(Ticket(), plan, 1, default)).Skipped);
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_source_without_any_record_replaces_no_table_that_has_rows()
    {
        await Bench.Database.ExecuteAsync("TRUNCATE src.items");
        var plan = await PlanAsync();
        await Bench.Destination.ApplyChangesAsync(Bench.Job, [plan], default);
        var ticket = Ticket() with { Segments = new Dictionary<int, long> { [0] = 0 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Bench.Destination.FinishBatchAsync(ticket, plan, 1, default));
        Assert.Equal("source-empty", error.Problem.Code);
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        await Bench.Database.ExecuteAsync("TRUNCATE items");
        Assert.True((await Bench.Destination.FinishBatchAsync(ticket, plan, 1, default)).Done);
    }

    [Fact]
    public async Task A_source_whose_records_are_all_rejected_replaces_no_table_that_has_rows()
    {
        await Bench.Database.ExecuteAsync("DELETE FROM src.items WHERE id > 3; UPDATE src.items SET name = 'too long a name'");
        var plan = await LoadedAsync();
        var ticket = Ticket() with { Segments = new Dictionary<int, long> { [0] = 3 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Bench.Destination.FinishBatchAsync(ticket, plan, 1, default));
        Assert.Equal("source-empty", error.Problem.Code);
        Assert.Contains("all 3 records of the source were rejected", error.Message, StringComparison.Ordinal);
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task What_came_to_hang_on_the_old_table_meanwhile_is_found_before_the_swap()
    {
        var plan = await LoadedAsync();
        await Bench.Database.ExecuteAsync("CREATE VIEW v AS SELECT id FROM items");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => SwapAsync(plan));
        Assert.Equal("cannot-replace", error.Problem.Code);
        await Bench.Database.ExecuteAsync("DROP VIEW v");
        await SwapAsync(plan);
    }

    [Fact]
    public async Task The_old_table_refers_to_no_other_any_more_and_how_it_did_is_kept()
    {
        await Bench.Database.ExecuteAsync("""
            CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 101);
            ALTER TABLE items ADD qty int, ADD CONSTRAINT kind FOREIGN KEY (qty) REFERENCES kinds ON DELETE CASCADE; UPDATE items SET qty = 101
            """);
        await SwapAsync(await LoadedAsync());
        await Bench.Database.ExecuteAsync("DELETE FROM kinds WHERE id = 101");
        var kept = await Bench.Database.ScalarAsync<string>("SELECT old_name FROM headgate.table_swap");
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>($"SELECT count(*) FROM {kept} WHERE qty = 101"));
        await Bench.Database.ExecuteAsync("INSERT INTO kinds VALUES (101)");
        var reference = await Bench.Database.ScalarAsync<string>("SELECT old_references[1] FROM headgate.table_swap");
        await Bench.Database.ExecuteAsync($"ALTER TABLE {kept} {reference}");
    }

    [Fact]
    public async Task A_table_that_refers_to_a_partitioned_one_is_replaced_also_while_that_gets_partitions()
    {
        await Bench.Database.ExecuteAsync("""
            CREATE TABLE kinds (id int PRIMARY KEY) PARTITION BY RANGE (id);
            CREATE TABLE few PARTITION OF kinds FOR VALUES FROM (0) TO (50); CREATE TABLE many PARTITION OF kinds FOR VALUES FROM (50) TO (1000);
            INSERT INTO kinds SELECT generate_series(1, 101);
            ALTER TABLE items ADD qty int, ADD CONSTRAINT kind FOREIGN KEY (qty) REFERENCES kinds; UPDATE items SET qty = 101
            """);
        var plan = await LoadedAsync();
        await Bench.Database.ExecuteAsync("CREATE TABLE more PARTITION OF kinds FOR VALUES FROM (1000) TO (2000)");
        await SwapAsync(plan);
        Assert.Equal(100, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        Assert.Equal("kind", await Bench.Database.ScalarAsync<string>(
            "SELECT string_agg(conname, ',') FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'f' AND conparentid = 0"));
    }

    [Fact]
    public async Task A_table_that_the_new_one_is_to_be_made_as_is_not_loaded_into_if_it_is_anothers()
    {
        var plan = await PlanAsync();
        await Bench.Database.ExecuteAsync("CREATE TABLE headgate_new_1 (id int PRIMARY KEY, name text, qty int)");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Bench.Destination.ApplyChangesAsync(Bench.Job, [plan], default));
        Assert.Equal("table-taken", error.Problem.Code);
        Assert.Empty(await Bench.RowsAsync("SELECT 1 FROM headgate.job_object"));
    }

    [Fact]
    public async Task A_table_that_took_nobodys_place_and_one_that_was_replaced_long_ago_are_removed_by_a_later_job()
    {
        var plan = await LoadedAsync();
        var next = await LaterJobAsync();
        await Bench.Destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        Assert.Null(await Bench.Database.ScalarAsync<string?>($"SELECT to_regclass('{plan.To}')::text"));
        Assert.Equal(40, await Bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));

        await Bench.Database.ExecuteAsync("""
            CREATE TABLE headgate.old_x (id int);
            UPDATE headgate.table_swap SET state = 'swapped', old_name = 'headgate.old_x', swapped_at = now() - interval '2 days'
            """);
        await Bench.Destination.TidyAsync(next, TimeSpan.FromDays(3), default);
        Assert.Equal("headgate.old_x", await Bench.Database.ScalarAsync<string?>("SELECT to_regclass('headgate.old_x')::text"));
        await Bench.Destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        Assert.Null(await Bench.Database.ScalarAsync<string?>("SELECT to_regclass('headgate.old_x')::text"));
    }

    [Fact]
    public async Task A_table_that_the_role_may_not_remove_any_more_and_a_schema_of_before_fail_no_launch()
    {
        await LoadedAsync();
        var role = $"writer_{Guid.NewGuid():N}";
        await Bench.Database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'");
        var next = await LaterJobAsync(role);
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(Bench.Database.ConnectionString) { Username = role, Password = "p" };
        await using (var destination = new Postgres.Destinations.PostgresDestination(connection.ConnectionString))
        {
            await destination.TidyAsync(next, TimeSpan.FromDays(1), default);
            Assert.Equal(["(made)"], await Bench.RowsAsync("SELECT state FROM headgate.table_swap"));
            await Bench.Database.ExecuteAsync("ALTER TABLE headgate.table_swap RENAME TO later; ALTER TABLE headgate.full_read RENAME TO later_too");
            await destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        }

        await Bench.Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }
}
