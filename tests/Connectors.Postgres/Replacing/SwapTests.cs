using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>Tables that are loaded anew beside the old ones, and take their place.</summary>
public sealed class SwapTests : IAsyncLifetime
{
    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync("""
        CREATE SCHEMA src;
        CREATE TABLE src.items (id int PRIMARY KEY, name text, qty int);
        INSERT INTO src.items SELECT i, 'n' || i, i FROM generate_series(1, 100) i;
        CREATE TABLE items (id bigint PRIMARY KEY, name varchar(9) NOT NULL DEFAULT 'x', gone text, CONSTRAINT short CHECK (length(name) < 9));
        CREATE INDEX by_name ON items (name) WHERE name <> '';
        CREATE INDEX by_gone ON items (gone);
        COMMENT ON TABLE items IS 'it''s ours'; COMMENT ON COLUMN items.name IS 'the name';
        GRANT SELECT, INSERT ON items TO PUBLIC; GRANT UPDATE (name) ON items TO pg_monitor;
        ALTER TABLE items SET (fillfactor = 80);
        INSERT INTO items SELECT i, 'old', 'g' FROM generate_series(1, 40) i;
        """);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_new_table_has_the_sources_shape_and_what_of_the_old_one_fits_it()
    {
        var plan = await LoadedAsync();
        await SwapAsync(plan);

        Assert.Equal(["(id,integer,t)", "(name,text,f)", "(qty,integer,f)"], await _bench.RowsAsync("""
            SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'items'::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY attname
            """));
        Assert.Equal(["(by_name)", "(items_pkey)"], await _bench.RowsAsync(
            "SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE indrelid = 'items'::regclass ORDER BY 1"));
        Assert.Equal(["(short)"], await _bench.RowsAsync("SELECT conname FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'c'"));
        Assert.Equal(["(\"it's ours\",\"the name\",{fillfactor=80})"], await _bench.RowsAsync("""
            SELECT obj_description('items'::regclass), col_description('items'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'name')),
                   (SELECT reloptions FROM pg_class WHERE oid = 'items'::regclass)
            """));
        Assert.Equal(["(t,t,t,f)"], await _bench.RowsAsync("""
            SELECT has_table_privilege('pg_monitor', 'items', 'SELECT'), has_table_privilege('pg_monitor', 'items', 'INSERT'),
                   has_column_privilege('pg_monitor', 'items', 'name', 'UPDATE'), has_table_privilege('pg_monitor', 'items', 'DELETE')
            """));
        Assert.Equal(100, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE name <> 'old'"));
    }

    [Fact]
    public async Task A_column_of_another_type_keeps_its_collation_where_the_new_one_has_any()
    {
        await _bench.Database.ExecuteAsync("ALTER TABLE items ALTER name TYPE varchar(9) COLLATE \"C\", ADD qty text COLLATE \"C\"");
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(name,\"\"\"C\"\"\")", "(qty,-)"], await _bench.RowsAsync("""
            SELECT attname, attcollation::regcollation FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname IN ('name', 'qty') ORDER BY 1
            """));
    }

    [Fact]
    public async Task Rights_that_new_tables_are_given_and_the_old_one_does_not_give_are_not_the_new_ones()
    {
        await _bench.Database.ExecuteAsync("""
            ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO pg_monitor; ALTER DEFAULT PRIVILEGES GRANT TRUNCATE ON TABLES TO PUBLIC
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(t,t,f,f)"], await _bench.RowsAsync("""
            SELECT has_table_privilege('pg_monitor', 'items', 'SELECT'), has_column_privilege('pg_monitor', 'items', 'name', 'UPDATE'),
                   has_table_privilege('pg_monitor', 'items', 'DELETE'), has_table_privilege('pg_monitor', 'items', 'TRUNCATE')
            """));
    }

    [Fact]
    public async Task The_old_table_stays_as_it_was_until_the_swap_and_is_kept_after_it()
    {
        var plan = await LoadedAsync();
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        await SwapAsync(plan);
        var kept = await _bench.Database.ScalarAsync<string>("SELECT old_name FROM headgate.table_swap");
        Assert.StartsWith("\"headgate\".\"old_", kept, StringComparison.Ordinal);
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>($"SELECT count(*) FROM {kept} WHERE gone = 'g'"));
        Assert.Equal(["(public.items)"], await _bench.RowsAsync("SELECT table_name FROM headgate.job_object"));
    }

    [Fact]
    public async Task It_is_swapped_once_and_a_job_that_goes_on_after_that_finds_nothing_to_do()
    {
        var plan = await LoadedAsync();
        await SwapAsync(plan);
        await SwapAsync(plan);
        Assert.Equal([0], await _bench.Destination.ApplyChangesAsync(_bench.Job, [plan], default));
        Assert.Equal(100, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_reader_never_sees_a_table_that_is_missing_or_empty()
    {
        var plan = await LoadedAsync();
        using var over = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(async _ =>
        {
            var counts = new HashSet<long>();
            while (!over.IsCancellationRequested) counts.Add(await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM public.items"));
            return counts;
        }).ToList();
        await SwapAsync(plan);
        await over.CancelAsync();
        Assert.All(await Task.WhenAll(readers), counts => Assert.Subset(new HashSet<long> { 40, 100 }, counts));
    }

    [Fact]
    public async Task A_reader_that_holds_the_old_table_is_waited_for_without_others_waiting_behind()
    {
        var plan = await LoadedAsync();
        await using var session = await _bench.Database.DataSource.OpenConnectionAsync();
        await using var command = session.CreateCommand();
        command.CommandText = "BEGIN; SELECT FROM items LIMIT 1";
        await command.ExecuteNonQueryAsync();
        var swapping = SwapAsync(plan);
        for (var look = 0; look < 20; look++)
            Assert.Equal(40, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items").WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.False(swapping.IsCompleted);
        command.CommandText = "COMMIT";
        await command.ExecuteNonQueryAsync();
        await swapping;
        Assert.Equal(100, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task Nothing_is_swapped_while_a_segment_is_not_written_or_once_the_fence_has_moved_on()
    {
        var plan = await LoadedAsync();
        var ticket = Ticket() with { Segments = new Dictionary<int, long> { [0] = 100, [1] = 1 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.Destination.FinishBatchAsync(ticket, plan, 1, default));
        Assert.Equal("read-in-doubt", error.Problem.Code);
        await _bench.MoveAsync(2, open: false);
        Assert.Equal(SkipReason.Fenced, (await _bench.Destination.FinishBatchAsync(Ticket(), plan, 1, default)).Skipped);
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_source_without_any_record_replaces_no_table_that_has_rows()
    {
        await _bench.Database.ExecuteAsync("TRUNCATE src.items");
        var plan = await PlanAsync();
        await _bench.Destination.ApplyChangesAsync(_bench.Job, [plan], default);
        var ticket = Ticket() with { Segments = new Dictionary<int, long> { [0] = 0 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.Destination.FinishBatchAsync(ticket, plan, 1, default));
        Assert.Equal("source-empty", error.Problem.Code);
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
        await _bench.Database.ExecuteAsync("TRUNCATE items");
        Assert.True((await _bench.Destination.FinishBatchAsync(ticket, plan, 1, default)).Done);
    }

    [Fact]
    public async Task What_came_to_hang_on_the_old_table_meanwhile_is_found_before_the_swap()
    {
        var plan = await LoadedAsync();
        await _bench.Database.ExecuteAsync("CREATE VIEW v AS SELECT id FROM items");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => SwapAsync(plan));
        Assert.Equal("cannot-replace", error.Problem.Code);
        await _bench.Database.ExecuteAsync("DROP VIEW v");
        await SwapAsync(plan);
    }

    static readonly (string Obstacle, string Named, string Undo)[] Obstacles =
    [
        ("CREATE VIEW v AS SELECT id FROM items", "view public.v", "DROP VIEW v"),
        ("CREATE TABLE c (item bigint CONSTRAINT of_item REFERENCES items)", "of_item", "DROP TABLE c"),
        ("ALTER TABLE items ENABLE ROW LEVEL SECURITY", "row security", "ALTER TABLE items DISABLE ROW LEVEL SECURITY"),
        ("CREATE POLICY p ON items", "policy \"p\"", "DROP POLICY p ON items"),
        ("CREATE PUBLICATION p FOR TABLE items", "publication", "DROP PUBLICATION p"),
        ("CREATE PUBLICATION p FOR ALL TABLES", "publication \"p\"", "DROP PUBLICATION p"),
        ("CREATE PUBLICATION p FOR TABLES IN SCHEMA public", "publication \"p\"", "DROP PUBLICATION p"),
        ("ALTER TABLE items ADD no serial", "sequence", "ALTER TABLE items DROP no"),
        ("ALTER TABLE items ADD no int GENERATED ALWAYS AS IDENTITY", "sequence", "ALTER TABLE items DROP no"),
        ("ALTER TABLE items ADD twice bigint GENERATED ALWAYS AS (id * 2) STORED", "generated", "ALTER TABLE items DROP twice"),
        ("CREATE TABLE d (i items)", "row type", "DROP TABLE d"),
        ("CREATE TABLE part () INHERITS (items)", "children", "DROP TABLE part"),
        ("CREATE STATISTICS s ON id, name FROM items", "statistics", "DROP STATISTICS s"),
        ("ALTER TABLE items REPLICA IDENTITY FULL", "replica identity", "ALTER TABLE items REPLICA IDENTITY DEFAULT"),
        ("""
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER g AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f()
         """, "trigger \"g\"", "DROP TRIGGER g ON items"),
    ];

    [Fact]
    public async Task What_could_not_be_made_anew_is_refused_when_planned()
    {
        foreach (var (obstacle, named, undo) in Obstacles)
        {
            await _bench.Database.ExecuteAsync(obstacle);
            var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync());
            Assert.Equal("cannot-replace", error.Problem.Code);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            await _bench.Database.ExecuteAsync(undo);
        }

        await PlanAsync();
    }

    [Theory]
    [InlineData("SELECT 1", "check \"short\"", "index \"by_name\"")]
    [InlineData("DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short; CREATE INDEX ops ON items (name varchar_pattern_ops)", "index \"ops\"", "")]
    [InlineData("DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short; CREATE INDEX ex ON items (lower(name))", "index \"ex\"", "")]
    [InlineData("DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short; CREATE TABLE n (id varchar PRIMARY KEY); ALTER TABLE items ADD CONSTRAINT r FOREIGN KEY (name) REFERENCES n NOT VALID",
        "foreign key \"r\"", "")]
    public async Task What_is_made_of_a_column_and_may_not_be_possible_with_its_new_type_is_refused_when_planned(string setup, string named, string another)
    {
        await _bench.Database.ExecuteAsync($"{setup}; CREATE INDEX plain ON items (name); ALTER TABLE src.items ALTER name TYPE int USING 1");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync());
        Assert.Equal("cannot-replace", Assert.Single(error.Blocked).Problem.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(another, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("plain", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_of_an_incompatible_type_with_a_plain_index_is_made_anew()
    {
        await _bench.Database.ExecuteAsync("""
            DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short; CREATE INDEX plain ON items (name); ALTER TABLE src.items ALTER name TYPE int USING 1
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(integer)"], await _bench.RowsAsync("SELECT pg_typeof(name) FROM items LIMIT 1"));
    }

    [Fact]
    public async Task Foreign_keys_of_the_table_are_made_anew_and_one_to_itself_refers_to_the_new_one()
    {
        await _bench.Database.ExecuteAsync("""
            CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 100);
            ALTER TABLE items ALTER id TYPE int, ADD qty int, ADD CONSTRAINT kind FOREIGN KEY (qty) REFERENCES kinds,
                ADD CONSTRAINT self FOREIGN KEY (qty) REFERENCES items
            """);
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(kind,kinds)", "(self,items)"], await _bench.RowsAsync(
            "SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'f' ORDER BY 1"));
    }

    [Fact]
    public async Task The_old_table_refers_to_no_other_any_more_and_how_it_did_is_kept()
    {
        await _bench.Database.ExecuteAsync("""
            CREATE TABLE kinds (id int PRIMARY KEY); INSERT INTO kinds SELECT generate_series(1, 101);
            ALTER TABLE items ADD qty int, ADD CONSTRAINT kind FOREIGN KEY (qty) REFERENCES kinds ON DELETE CASCADE; UPDATE items SET qty = 101
            """);
        await SwapAsync(await LoadedAsync());
        await _bench.Database.ExecuteAsync("DELETE FROM kinds WHERE id = 101");
        var kept = await _bench.Database.ScalarAsync<string>("SELECT old_name FROM headgate.table_swap");
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>($"SELECT count(*) FROM {kept} WHERE qty = 101"));
        await _bench.Database.ExecuteAsync("INSERT INTO kinds VALUES (101)");
        await _bench.Database.ExecuteAsync($"ALTER TABLE {kept} {await _bench.Database.ScalarAsync<string>("SELECT old_references[1] FROM headgate.table_swap")}");
    }

    [Fact]
    public async Task A_table_that_the_new_one_is_to_be_made_as_is_not_loaded_into_if_it_is_anothers()
    {
        var plan = await PlanAsync();
        await _bench.Database.ExecuteAsync("CREATE TABLE headgate_new_1 (id int PRIMARY KEY, name text, qty int)");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.Destination.ApplyChangesAsync(_bench.Job, [plan], default));
        Assert.Equal("table-taken", error.Problem.Code);
        Assert.Empty(await _bench.RowsAsync("SELECT 1 FROM headgate.job_object"));
    }

    [Fact]
    public async Task A_key_whose_index_goes_with_a_column_that_it_holds_is_made_anew()
    {
        await _bench.Database.ExecuteAsync("ALTER TABLE items DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (id) INCLUDE (gone)");
        await SwapAsync(await LoadedAsync());
        Assert.Equal(["(\"PRIMARY KEY (id)\")"], await _bench.RowsAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'p'"));
    }

    [Fact]
    public async Task Another_key_is_the_new_tables_key()
    {
        await _bench.Database.ExecuteAsync("UPDATE src.items SET name = 'n' WHERE id = 1");
        var plan = await LoadedAsync(key: ["id", "name"]);
        await SwapAsync(plan);
        Assert.Equal(["(\"PRIMARY KEY (id, name)\")"], await _bench.RowsAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'items'::regclass AND contype = 'p'"));
    }

    [Fact]
    public async Task A_table_that_took_nobodys_place_and_one_that_was_replaced_long_ago_are_removed_by_a_later_job()
    {
        var plan = await LoadedAsync();
        var next = await LaterJobAsync();
        await _bench.Destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        Assert.Null(await _bench.Database.ScalarAsync<string?>($"SELECT to_regclass('{plan.To}')::text"));
        Assert.Equal(40, await _bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));

        await _bench.Database.ExecuteAsync("""
            CREATE TABLE headgate.old_x (id int);
            UPDATE headgate.table_swap SET state = 'swapped', old_name = 'headgate.old_x', swapped_at = now() - interval '2 days'
            """);
        await _bench.Destination.TidyAsync(next, TimeSpan.FromDays(3), default);
        Assert.Equal("headgate.old_x", await _bench.Database.ScalarAsync<string?>("SELECT to_regclass('headgate.old_x')::text"));
        await _bench.Destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        Assert.Null(await _bench.Database.ScalarAsync<string?>("SELECT to_regclass('headgate.old_x')::text"));
    }

    [Fact]
    public async Task A_table_that_the_role_may_not_remove_any_more_and_a_schema_of_before_fail_no_launch()
    {
        await LoadedAsync();
        var role = $"writer_{Guid.NewGuid():N}";
        await _bench.Database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'");
        var next = await LaterJobAsync(role);
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(_bench.Database.ConnectionString) { Username = role, Password = "p" };
        await using (var destination = new Postgres.Destinations.PostgresDestination(connection.ConnectionString))
        {
            await destination.TidyAsync(next, TimeSpan.FromDays(1), default);
            Assert.Equal(["(made)"], await _bench.RowsAsync("SELECT state FROM headgate.table_swap"));
            await _bench.Database.ExecuteAsync("ALTER TABLE headgate.table_swap RENAME TO later; ALTER TABLE headgate.full_read RENAME TO later_too");
            await destination.TidyAsync(next, TimeSpan.FromDays(1), default);
        }

        await _bench.Database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    async Task<JobTicket> LaterJobAsync(string? writer = null)
    {
        var next = _bench.Job with { JobId = Guid.NewGuid() };
        await _bench.Fence.MoveAsync(_bench.Move(1, open: true) with { JobId = next.JobId, JobNo = 2, Writer = writer }, default);
        return next;
    }

    async Task<ObjectPlan> PlanAsync(params string[] key)
    {
        await using var source = new Postgres.Sources.PostgresSource(_bench.Database.ConnectionString);
        var definition = new ObjectDefinition { From = "src.items", To = "items", Key = key.Length == 0 ? ["id"] : key };
        var found = await source.DescribeAsync([(0, definition)], default);
        var options = new WriteOptions { Load = new LoadDefinition(), NewTables = new Dictionary<int, string> { [0] = "headgate_new_1" } };
        return (await _bench.Destination.PlanAsync([(found[0], definition)], options, default))[0];
    }

    async Task<ObjectPlan> LoadedAsync(params string[] key)
    {
        var plan = await PlanAsync(key);
        Assert.Equal([0], await _bench.Destination.ApplyChangesAsync(_bench.Job, [plan], default));
        await _bench.LoadAsync(plan, "SELECT id, name, qty FROM src.items ORDER BY id", empty: true);
        return plan;
    }

    FinishTicket Ticket() => new() { Job = _bench.Job, ObjectNo = 0, Segments = new Dictionary<int, long> { [0] = 100 } };

    async Task SwapAsync(ObjectPlan plan) => Assert.True((await _bench.Destination.FinishBatchAsync(Ticket(), plan, 1, default)).Done);
}
