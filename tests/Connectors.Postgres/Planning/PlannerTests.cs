using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

public sealed class PlannerTests
{
    static readonly ObjectDefinition T = SourceBench.Object("t");

    [Fact]
    public async Task A_missing_table_is_planned_with_its_schema_types_and_key()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TYPE mood AS ENUM ('a', 'b''c'); CREATE TABLE t (id int PRIMARY KEY, n numeric(8,2) NOT NULL, m mood, ms mood[])");

        var plan = await bench.PlanAsync(T with { To = "raw.orders" });

        Assert.Equal(
            [
                ("CREATE SCHEMA IF NOT EXISTS \"raw\"", "DROP SCHEMA \"raw\""),
                ("CREATE TYPE \"public\".\"mood\" AS ENUM ('a', 'b''c')", "DROP TYPE \"public\".\"mood\""),
                ("CREATE TABLE \"raw\".\"orders\" (\n    \"id\" integer NOT NULL,\n    \"n\" numeric(8,2) NOT NULL,\n    \"m\" public.mood,\n    \"ms\" public.mood[],\n    PRIMARY KEY (\"id\")\n)", "DROP TABLE \"raw\".\"orders\""),
            ],
            plan.Changes.Select(c => (c.Statement, c.Inverse)));
        // An array of a type of users is staged as text and cast there, so a plain COPY cannot write it.
        Assert.False(plan.DirectCopy);
        Assert.True(plan is { SingleTable: true, Blocks: true, KeyGuaranteed: true, Level: 0 });
    }

    [Theory]
    [InlineData("at timestamptz DEFAULT now()", true)]
    [InlineData("no int GENERATED ALWAYS AS IDENTITY", true)]
    [InlineData("own positive", true)]
    [InlineData("hand text", false)]
    [InlineData("twice int GENERATED ALWAYS AS (id * 2) STORED", false)]
    [InlineData("v int DEFAULT 5", false)]
    public async Task Versions_are_logged_of_tables_with_columns_that_fill_themselves_and_that_no_record_brings(string column, bool areLogged)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, v int)");
        await bench.To.ExecuteAsync($"""
            CREATE DOMAIN positive AS int DEFAULT 7; CREATE TABLE s (id int PRIMARY KEY{(column.StartsWith('v') ? "" : ", v int")}, {column})
            """);

        Assert.Equal(areLogged, (await bench.PlanAsync(T with { To = "s" })).LogsVersions);
        Assert.False((await bench.PlanAsync(T with { To = "new_one" })).LogsVersions);
        await bench.To.ExecuteAsync("""
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER touch BEFORE UPDATE ON s FOR EACH ROW EXECUTE FUNCTION touch()
            """);
        var plan = Assert.Single(await bench.PlanAsync([T with { To = "s" }], allowTriggers: true));
        Assert.Equal(areLogged || column.StartsWith("hand", StringComparison.Ordinal), plan.LogsVersions);
    }

    [Fact]
    public async Task Planned_changes_can_be_made_and_taken_back()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, m mood, n int)");
        var plan = await bench.PlanAsync(T with { To = "raw.orders" });

        foreach (var change in plan.Changes)
            await bench.To.ExecuteAsync(change.Statement);
        foreach (var change in plan.Changes.Reverse())
            await bench.To.ExecuteAsync(change.Inverse!);

        Assert.Equal(plan.Changes, (await bench.PlanAsync(T with { To = "raw.orders" })).Changes);
    }

    [Fact]
    public async Task A_type_that_two_objects_need_is_planned_once()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, m mood); CREATE TABLE u (id int PRIMARY KEY, m mood[])");

        var plans = await bench.PlanAsync([T, SourceBench.Object("u")]);

        Assert.Single(plans.SelectMany(p => p.Changes), c => c.Statement.StartsWith("CREATE TYPE", StringComparison.Ordinal));
        Assert.Equal(2, plans[0].Changes.Count);
    }

    [Fact]
    public async Task Missing_labels_are_added_in_their_order_and_cannot_be_taken_back()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TYPE mood AS ENUM ('x', 'a', 'b', 'c'); CREATE TABLE t (id int PRIMARY KEY, m mood)");
        await bench.To.ExecuteAsync("CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a', 'c'); CREATE TABLE t (id int PRIMARY KEY, m s.mood)");

        var plan = await bench.PlanAsync(T);
        foreach (var change in plan.Changes)
            await bench.To.ExecuteAsync(change.Statement);

        Assert.Equal(2, plan.Changes.Count);
        Assert.All(plan.Changes, c => Assert.Null(c.Inverse));
        Assert.Equal("{x,a,b,c}", await bench.To.ScalarAsync<string>("SELECT enum_range(NULL::s.mood)::text"));
    }

    [Fact]
    public async Task Missing_columns_are_added_nullable()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n varchar(5) NOT NULL)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");

        var change = Assert.Single((await bench.PlanAsync(T)).Changes);

        Assert.Equal(("ALTER TABLE public.t ADD COLUMN \"n\" character varying(5)", "ALTER TABLE public.t DROP COLUMN \"n\""), (change.Statement, change.Inverse));
    }

    [Fact]
    public async Task Columns_that_the_destination_generates_are_left_to_it()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int, g int)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, g int GENERATED ALWAYS AS (n + 1) STORED)");

        Assert.Equal(["id", "n"], (await bench.PlanAsync(T)).Fields.Select(f => f.Name));
    }

    [Theory]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int)", true, true)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int); ALTER TABLE t ENABLE ROW LEVEL SECURITY", false, true)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int) PARTITION BY HASH (id)", true, false)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TABLE c () INHERITS (t)", true, false)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", false, true)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TRIGGER g AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()", true, true)]
    public async Task How_rows_are_written_follows_the_table(string table, bool directCopy, bool singleTable)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int)");
        await bench.To.ExecuteAsync(table);

        var plan = (await bench.PlanAsync([T], allowTriggers: true))[0];

        Assert.Equal((directCopy, singleTable), (plan.DirectCopy, plan.SingleTable));
    }

    [Fact]
    public async Task Objects_are_levelled_by_the_destinations_foreign_keys()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE a (id int PRIMARY KEY, r int); CREATE TABLE b (id int PRIMARY KEY, r int); CREATE TABLE c (id int PRIMARY KEY, r int)");
        await bench.To.ExecuteAsync("CREATE TABLE c (id int PRIMARY KEY, r int REFERENCES c); CREATE TABLE b (id int PRIMARY KEY, r int REFERENCES c); CREATE TABLE a (id int PRIMARY KEY, r int REFERENCES b)");

        var plans = await bench.PlanAsync([SourceBench.Object("a"), SourceBench.Object("b"), SourceBench.Object("c")]);

        Assert.Equal([2, 1, 0], plans.Select(p => p.Level));
    }

    [Fact]
    public async Task A_key_is_guaranteed_by_an_index_over_a_part_of_it_if_no_part_can_be_null()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int)");

        Assert.True((await bench.PlanAsync(T with { Key = ["a", "id"] })).KeyGuaranteed);
        Assert.False((await bench.PlanAsync(T with { Key = ["b", "id"] })).KeyGuaranteed);
        Assert.False((await bench.PlanAsync(T with { Key = ["a"] })).KeyGuaranteed);
    }

    [Fact]
    public async Task Fields_are_staged_in_the_order_of_the_mapping_and_the_key_is_found_by_destination_field()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (a int PRIMARY KEY, b int)");
        var fields = new Dictionary<string, string> { ["second"] = "b", ["first"] = "a" };

        var plan = await bench.PlanAsync(T with { Fields = fields, Key = ["first"], To = "\"Order\"" });

        Assert.Equal([("second", "b"), ("first", "a")], plan.Fields.Select(f => (f.Name, f.Source)));
        Assert.Equal([1], plan.Key);
        Assert.Equal(("public.t", "\"public\".\"Order\""), (plan.From, plan.To));
    }
}
