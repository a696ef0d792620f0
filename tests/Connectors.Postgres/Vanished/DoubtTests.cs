using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Vanished;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>What keeps rows from being deleted although nobody says that they are at the source.</summary>
public sealed class DoubtTests
{
    const string Ten = "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'n' FROM generate_series(1, 10) i";
    const string Nine = "SELECT i, 'n' FROM generate_series(1, 9) i";

    [Theory]
    [InlineData("DELETE FROM headgate.seen_key WHERE ctid = '(0,1)'")]
    [InlineData("TRUNCATE headgate.seen_key")]
    [InlineData("UPDATE headgate.ledger SET noted = noted - 1")]
    [InlineData("DELETE FROM headgate.seen_key WHERE ctid = '(0,1)'; UPDATE headgate.ledger SET noted = noted - 1")]
    [InlineData("UPDATE headgate.ledger SET next_row = 8, unchanged = 8")]
    [InlineData("DELETE FROM headgate.ledger")]
    [InlineData("UPDATE headgate.ledger SET rejected = 1, unchanged = unchanged - 1, noted = noted - 1; DELETE FROM headgate.seen_key WHERE ctid = '(0,1)'")]
    [InlineData("DELETE FROM headgate.full_read")]
    public async Task Nothing_is_deleted_where_it_is_not_certain_what_the_read_has_brought(string damage)
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, Nine);
        await bench.Load.Database.ExecuteAsync(damage);

        Assert.Equal("read-in-doubt", await bench.ProblemAsync(plan));

        Assert.Equal(10, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task Nothing_is_deleted_while_a_segment_is_not_written()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, Nine);
        var ticket = bench.Ticket() with { Segments = new Dictionary<int, long> { [0] = 9, [1] = 3 } };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Load.Destination.FinishBatchAsync(ticket, plan, 64, default));
        Assert.Equal("read-in-doubt", error.Problem.Code);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_a_rejected_record_was_too_large_to_keep()
    {
        await using var bench = await VanishedBench.StartAsync($"{Ten}; ALTER TABLE items ADD CHECK (name <> 'bad')");
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT i, CASE i WHEN 3 THEN 'bad' ELSE 'n' END FROM generate_series(1, 9) i");
        await bench.Load.Database.ExecuteAsync("UPDATE headgate.rejected SET image = NULL");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.FinishAsync(plan));
        Assert.Equal("read-in-doubt", error.Problem.Code);
        Assert.Contains("mend these records", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnVanished.Delete)]
    [InlineData(OnVanished.Mark)]
    public async Task A_source_without_any_record_empties_no_table(OnVanished vanished)
    {
        await using var bench = await VanishedBench.StartAsync($"{Ten}; ALTER TABLE items ADD headgate_vanished_at timestamptz");
        var plan = await bench.BeginAsync("items", ["id"], vanished);
        await bench.ReadAsync(plan, "SELECT 1, 'n' WHERE false");
        Assert.Equal("source-empty", await bench.ProblemAsync(plan));
        Assert.Equal(10, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE headgate_vanished_at IS NULL"));
        await bench.Load.Database.ExecuteAsync(vanished is OnVanished.Mark ? "UPDATE items SET headgate_vanished_at = now()" : "TRUNCATE items");
        Assert.Equal(0, await bench.FinishAsync(plan));
    }

    [Fact]
    public async Task Nothing_is_deleted_once_the_fence_has_moved_on()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, Nine);
        await bench.Load.MoveAsync(2, open: false);
        Assert.Equal(SkipReason.Fenced, (await bench.BatchAsync(plan)).Skipped);
        Assert.Equal(10, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_stop_between_two_batches_leaves_the_rest_for_when_the_job_goes_on()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, name text, pad text); ALTER TABLE items ALTER pad SET STORAGE PLAIN;
            INSERT INTO items SELECT i, 'n', repeat('x', 3000) FROM generate_series(1, 10) i
            """);
        var plan = await bench.BeginAsync("items", ["id"], without: "pad");
        await bench.ReadAsync(plan, "SELECT i, 'n' FROM generate_series(1, 2) i");
        while (await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items") == 10) await bench.BatchAsync(plan, size: 1);
        var first = (await bench.Load.MoveAsync(2, open: false))[0].Vanished;
        Assert.InRange(first, 1, 7);
        Assert.Equal(SkipReason.Fenced, (await bench.BatchAsync(plan, size: 1)).Skipped);

        await bench.Load.MoveAsync(3, open: true);
        FinishedBatch batch;
        do batch = await bench.BatchAsync(plan, size: 1, epoch: 3);
        while (!batch.Done);

        Assert.Equal(8, batch.Vanished);
        Assert.Equal(["(8)"], await bench.Load.RowsAsync("SELECT sum(row_count) FROM headgate.batch WHERE path = 'vanished'"));
        Assert.Equal(["(1)", "(2)"], await bench.Load.RowsAsync("SELECT id FROM items ORDER BY id"));
    }

    [Fact]
    public async Task Two_deliveries_do_not_both_go_on()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, Nine);
        await using var session = await bench.Load.Database.DataSource.OpenConnectionAsync();
        await using var command = session.CreateCommand();
        command.CommandText = "BEGIN; SELECT FROM headgate.full_read FOR UPDATE";
        await command.ExecuteNonQueryAsync();
        Assert.Equal(SkipReason.InHand, (await bench.BatchAsync(plan)).Skipped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_noted_keys_are_counted_and_let_go_a_part_at_a_time(int missing)
    {
        await using var bench = await VanishedBench.StartAsync(
            "CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT i, 'n' FROM generate_series(1, 1001) i");
        var plan = await bench.BeginAsync("items", ["id"]);
        await bench.ReadAsync(plan, "SELECT i, 'n' FROM generate_series(1, 1000) i");
        await bench.Load.Database.ExecuteAsync(
            $"DELETE FROM headgate.seen_key WHERE ctid IN (SELECT ctid FROM headgate.seen_key ORDER BY key_hash LIMIT {missing})");
        var (rows, parts) = (new VanishedRows(bench.Load.Database.DataSource, bench.Ticket(), plan, keysInRange: 100, purgedAtOnce: 300), 0);
        async Task GoOnAsync()
        {
            while (!(await rows.NextAsync(64, default)).Done) parts++;
        }

        if (missing > 0) Assert.Equal("read-in-doubt", (await Assert.ThrowsAsync<ConnectorException>(GoOnAsync)).Problem.Code);
        else await GoOnAsync();

        Assert.InRange(parts, missing > 0 ? 10 : 15, 20);
        Assert.Equal(missing > 0, await bench.Load.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM headgate.seen_key)"));
        Assert.Equal([$"({(missing > 0 ? 10 : 11)})"], await bench.Load.RowsAsync("SELECT counted_ranges FROM headgate.full_read"));
        Assert.Equal(missing > 0 ? 1001 : 1000, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_delivery_that_was_overtaken_passes_over_nothing_that_nobody_has_tried()
    {
        await using var bench = await VanishedBench.StartAsync(
            "CREATE TABLE items (code varchar(3) PRIMARY KEY, name text CHECK (name <> 'bad')); INSERT INTO items VALUES ('abc', 'x'), ('old', 'x')");
        var plan = await bench.BeginAsync("items", ["code"]);
        plan = plan with { Fields = [plan.Fields[0] with { StagedType = "text", DestinationCast = true }, plan.Fields[1]] };
        await bench.ReadAsync(plan, "SELECT c, 'bad' FROM unnest(ARRAY['none', 'abc']) c");
        await bench.BatchAsync(plan, size: 1);
        var failed = new FullRead
        {
            State = "reading",
            SetId = await bench.Load.Database.ScalarAsync<long>("SELECT set_id FROM headgate.full_read"),
            RejectedNoted = 0,
            RejectedPassed = 0,
            LastRejected = (-1, -1),
            Counted = (0, 0),
            Next = (0, 0),
            PassVanished = 0,
            PostponedBy = null,
            Vanished = 0,
            Rest = null,
        };

        var late = new VanishedRows(bench.Load.Database.DataSource, bench.Ticket(), plan);
        await late.PassOverAsync(failed, new PostgresException("", "", "", "22001"), default);

        Assert.Equal(["(0,1)"], await bench.Load.RowsAsync("SELECT rejected_noted, rejected_passed FROM headgate.full_read"));
        Assert.Equal(1, await bench.FinishAsync(plan, size: 1));
        Assert.Equal(["(abc)"], await bench.Load.RowsAsync("SELECT code FROM items"));
    }

    [Fact]
    public async Task Rows_that_others_refer_to_are_deleted_after_them_or_said_to_be_held()
    {
        await using var bench = await VanishedBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, parent int REFERENCES items, pad text DEFAULT repeat('x', 3000));
            ALTER TABLE items ALTER pad SET STORAGE PLAIN;
            INSERT INTO items SELECT i, nullif(i - 1, 0) FROM generate_series(1, 10) i;
            CREATE TABLE notes (item int CONSTRAINT of_item REFERENCES items); INSERT INTO notes VALUES (7);
            """);
        var plan = await bench.BeginAsync("items", ["id"], without: "pad");
        await bench.ReadAsync(plan, "SELECT i, nullif(i - 1, 0) FROM generate_series(1, 3) i");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.FinishAsync(plan, size: 1));

        Assert.Equal("rows-held", error.Problem.Code);
        Assert.Contains("of_item", error.Problem.Sentence, StringComparison.Ordinal);
        var kept = await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items");
        Assert.InRange(kept, 7, 9);
        await bench.Load.Database.ExecuteAsync("DELETE FROM notes");
        Assert.Equal(7, await bench.FinishAsync(plan, size: 1));
    }
}
