using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

public sealed class MarkTests
{
    const string Ten = """
        CREATE TABLE items (id int PRIMARY KEY, name text, headgate_vanished_at timestamptz);
        INSERT INTO items SELECT i, 'n' FROM generate_series(1, 10) i
        """;

    [Fact]
    public async Task Rows_that_a_read_did_not_bring_are_marked_once_and_logged()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        await bench.Load.Database.ExecuteAsync("UPDATE items SET headgate_vanished_at = '2020-01-01Z' WHERE id = 9");
        var plan = await bench.BeginAsync("items", ["id"], OnVanished.Mark);
        await bench.ReadAsync(plan, "SELECT i, 'n' FROM generate_series(1, 8) i");

        Assert.Equal(1, await bench.FinishAsync(plan));

        Assert.Equal(["(9,f)", "(10,t)"], await bench.Load.RowsAsync(
            "SELECT id, headgate_vanished_at > '2021-01-01' FROM items WHERE headgate_vanished_at IS NOT NULL ORDER BY id"));
        Assert.Equal(["(update,headgate_vanished_at,,t)"], await bench.Load.RowsAsync("""
            SELECT operation, field, before, after::timestamptz = (SELECT headgate_vanished_at FROM items WHERE id = 10) FROM headgate.changes
            """));
    }

    [Fact]
    public async Task A_record_that_comes_back_is_unmarked_and_that_is_logged()
    {
        await using var bench = await VanishedBench.StartAsync(Ten);
        await bench.Load.Database.ExecuteAsync("UPDATE items SET headgate_vanished_at = '2020-01-01Z' WHERE id IN (3, 4)");
        var plan = await bench.BeginAsync("items", ["id"], OnVanished.Mark);
        await bench.ReadAsync(plan, "SELECT i, 'n' FROM generate_series(1, 11) i");

        Assert.Equal(0, await bench.FinishAsync(plan));

        Assert.Equal(0, await bench.Load.Database.ScalarAsync<long>("SELECT count(*) FROM items WHERE headgate_vanished_at IS NOT NULL"));
        Assert.Equal(["({3},\"2020-01-01 00:00:00+00\",)", "({4},\"2020-01-01 00:00:00+00\",)"], await bench.Load.RowsAsync(
            "SELECT key, before, after FROM headgate.changes WHERE operation = 'update' AND field = 'headgate_vanished_at' ORDER BY key"));
        Assert.Equal((1, 2, 8), (await bench.Load.MoveAsync(2, open: false))[0] is var c ? (c.Inserted, c.Updated, c.Unchanged) : default);
    }

    [Fact]
    public async Task The_column_is_a_planned_change_and_part_of_a_new_table()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n text); CREATE TABLE u (id int PRIMARY KEY)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n text)");
        var plans = await bench.PlanAsync([SourceBench.Object("t"), SourceBench.Object("u")], onVanished: OnVanished.Mark);
        var change = Assert.Single(plans[0].Changes);
        Assert.Equal("ALTER TABLE public.t ADD COLUMN headgate_vanished_at timestamp with time zone", change.Statement);
        Assert.Equal("ALTER TABLE public.t DROP COLUMN headgate_vanished_at", change.Inverse);
        Assert.False(plans[0].New);
        Assert.Contains("headgate_vanished_at timestamp with time zone", plans[1].Changes[^1].Statement, StringComparison.Ordinal);
        Assert.All(plans, plan => Assert.Equal("headgate_vanished_at", plan.Mark));
    }

    [Theory]
    [InlineData("numeric[]")]
    [InlineData("numrange")]
    [InlineData("int4multirange")]
    [InlineData("pair")]
    [InlineData("ranges")]
    public async Task A_key_that_is_equal_to_one_of_another_text_and_has_no_hash_is_refused(string type)
    {
        const string types = "CREATE TYPE pair AS (a int, b numeric); CREATE DOMAIN ranges AS numrange;";
        await using var bench = await SourceBench.StartAsync($"{types} CREATE TABLE t (id {type} PRIMARY KEY)");
        await bench.To.ExecuteAsync($"{types} CREATE TABLE t (id {type} PRIMARY KEY)");
        foreach (var vanished in new[] { OnVanished.Delete, OnVanished.Mark })
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync([SourceBench.Object("t")], onVanished: vanished));
            Assert.Equal("key-unhashable", error.Problem.Code);
        }

        await bench.PlanAsync([SourceBench.Object("t")]);
    }

    [Theory]
    [InlineData("bit(4)")]
    [InlineData("varbit")]
    [InlineData("cidr")]
    [InlineData("money")]
    [InlineData("tsvector")]
    [InlineData("varchar(9)")]
    [InlineData("mood")]
    public async Task A_key_with_one_text_or_a_hash_for_each_value_is_none_to_refuse(string type)
    {
        const string types = "CREATE TYPE mood AS ENUM ('a', 'b');";
        await using var bench = await SourceBench.StartAsync($"{types} CREATE TABLE t (id {type} PRIMARY KEY)");
        await bench.To.ExecuteAsync($"{types} CREATE TABLE t (id {type} PRIMARY KEY)");
        await bench.PlanAsync([SourceBench.Object("t")], onVanished: OnVanished.Delete);
    }

    [Theory]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n text, headgate_vanished_at date)", "type-mismatch", OnVanished.Mark)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n text); CREATE TABLE c (more text) INHERITS (t)", "object-kind", OnVanished.Delete)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n text); CREATE TABLE c (t int REFERENCES t ON DELETE CASCADE)", "triggers", OnVanished.Delete)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n text); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", "triggers", OnVanished.Delete)]
    [InlineData("""
        CREATE TABLE t (id int PRIMARY KEY, n text);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
        CREATE TRIGGER g AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()
        """, "triggers", OnVanished.Delete)]
    public async Task A_table_that_cannot_be_dealt_with_is_refused_when_planned(string table, string code, OnVanished vanished)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n text)");
        await bench.To.ExecuteAsync(table);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync([SourceBench.Object("t")], onVanished: vanished));
        Assert.Equal(code, error.Problem.Code);
        Assert.Empty((await bench.PlanAsync([SourceBench.Object("t")]))[0].Changes);
    }

    [Theory]
    [InlineData("BEFORE", OnVanished.Delete, "triggers")]
    [InlineData("BEFORE", OnVanished.Mark, "triggers")]
    [InlineData("BEFORE", OnVanished.Keep, null)]
    [InlineData("AFTER", OnVanished.Delete, null)]
    public async Task A_table_whose_triggers_may_write_another_key_is_refused(string when, OnVanished vanished, string? code)
    {
        const string table = "CREATE TABLE t (id text PRIMARY KEY)";
        await using var bench = await SourceBench.StartAsync(table);
        await bench.To.ExecuteAsync(
            $"""
             {table};
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id = lower(NEW.id); RETURN NEW; END';
             CREATE TRIGGER g {when} INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()
             """);

        var planned = await Record.ExceptionAsync(() => bench.PlanAsync([SourceBench.Object("t")], allowTriggers: true, onVanished: vanished));

        Assert.Equal(code, (planned as ConnectorException)?.Problem.Code);
    }

    [Fact]
    public async Task A_source_column_of_that_name_is_refused()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, headgate_vanished_at timestamptz)");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync([SourceBench.Object("t")], onVanished: OnVanished.Mark));
        Assert.Equal("column-reserved", error.Problem.Code);
        Assert.Null((await bench.PlanAsync(SourceBench.Object("t"))).Mark);
    }
}
