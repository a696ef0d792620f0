using Headgate.Connectors.Postgres.Comparing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Comparing;

/// <summary>A destination is compared with as it is: nothing planned is made yet, others use it, and nothing is left there.</summary>
public sealed class BeforeLaunchTests
{
    [Fact]
    public async Task A_table_that_is_not_there_yet_gets_every_record()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE shape (id int PRIMARY KEY, v int)");
        var plan = await bench.PlanAsync("shape", ["id"]) with { To = "public.items", New = true };

        var found = await FindingsTests.FindAsync(bench, plan, await bench.RecordsAsync("SELECT i, i FROM generate_series(1, 7) i"), batch: 4);

        Assert.Equal((7, 7, 0, 0), (found.Rows, found.Inserts, found.Updates, found.DestinationRows));
        Assert.Equal("v", Assert.Single(found.Fields).Field);
    }

    /// <summary>What is found before the changes are made is what is written after them.</summary>
    [Theory]
    [InlineData("v integer", "", "", "ALTER TABLE items ADD v int", "i", "nothing")]
    [InlineData("v bigint", "v int", "i", "ALTER TABLE items ALTER v TYPE bigint", "i + i % 2", "nothing")]
    [InlineData("v numeric(12, 2)", "v numeric(10, 2)", "i", "ALTER TABLE items ALTER v TYPE numeric(12, 2)", "i + i % 2", "nothing")]
    [InlineData("v text", "v varchar(20)", "'n ' || i", "ALTER TABLE items ALTER v TYPE text", "'n ' || i + i % 2", "nothing")]
    [InlineData("v public.fresh", "", "", "CREATE TYPE public.fresh AS ENUM ('a'); ALTER TABLE items ADD v public.fresh", "CASE WHEN i > 3 THEN 'a' END", "text")]
    [InlineData("v public.mood", "v public.mood", "'sad'", "ALTER TYPE public.mood ADD VALUE 'new'", "CASE WHEN i > 3 THEN 'new' ELSE 'sad' END", "text")]
    [InlineData("v public.mood[]", "v public.mood[]", "'{sad}'", "ALTER TYPE public.mood ADD VALUE 'new'", "CASE WHEN i > 3 THEN '{sad,new}' ELSE '{sad}' END", "cast")]
    public async Task Columns_are_compared_as_they_will_be(
        string wanted, string present, string values, string change, string staged, string way)
    {
        await using var bench = await LoadBench.StartAsync($"""
            CREATE TYPE public.mood AS ENUM ('sad'); CREATE TABLE items (id int PRIMARY KEY{(present == "" ? "" : $", {present}")});
            INSERT INTO items SELECT i{(values == "" ? "" : $", {Typed(values, present)}")} FROM generate_series(1, 6) i
            """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var type = wanted[2..].Replace("varchar", "character varying", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal);
        plan = plan with
        {
            Fields =
            [
                plan.Fields[0],
                new FieldPlan
                {
                    Name = "v", Source = "v", StagedType = way == "cast" ? "text" : type, DestinationType = type, DestinationCast = way == "cast",
                },
            ],
        };
        var query = $"SELECT i, {(way == "nothing" ? Typed(staged, wanted) : $"({staged})::text")} FROM generate_series(1, 9) i";

        var found = await FindingsTests.FindAsync(bench, plan, await bench.RecordsAsync(query));
        await bench.Database.ExecuteAsync(change);
        var written = await bench.LoadAsync(plan, query);

        Assert.Equal(
            (9, written.Inserted, written.Updated, written.Unchanged, written.Updated),
            (found.Rows, found.Inserts, found.Updates, found.Unchanged, Assert.Single(found.Fields).Changed));
        Assert.InRange(found.Updates, 3, 6);

        static string Typed(string value, string field) => $"({value})::{field[2..]}";
    }

    [Fact]
    public async Task A_key_that_is_about_to_be_widened_is_met()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, v int); INSERT INTO items VALUES (1, 1), (2, 2)");
        var plan = await bench.PlanAsync("items", ["id"]);
        plan = plan with { Fields = [plan.Fields[0] with { StagedType = "bigint", DestinationType = "bigint" }, plan.Fields[1]] };

        var found = await FindingsTests.FindAsync(bench, plan, await bench.RecordsAsync("SELECT i::bigint << 40 * (i / 3), 1 FROM generate_series(1, 3) i"));

        Assert.Equal((1, 1, 1), (found.Inserts, found.Updates, found.Unchanged));
    }

    [Fact]
    public async Task A_table_that_is_to_be_replaced_is_compared_with_whatever_it_is_like()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE fresh (id int PRIMARY KEY, v bigint, w int); CREATE TABLE items (id text, v text, old int);
            INSERT INTO items VALUES ('1', '1', 0), ('2', 'x', 0), ('2', 'y', 0)
            """);
        var plan = await bench.PlanAsync("fresh", ["id"]) with { To = "public.items_new", Replaces = "public.items", New = true };

        var found = await FindingsTests.FindAsync(bench, plan, await bench.RecordsAsync("SELECT i, i::bigint, NULL::int FROM generate_series(1, 3) i"));

        Assert.Equal((3, 1, 1, 1), (found.Rows, found.Inserts, found.Updates, found.Unchanged));
    }

    [Theory]
    [InlineData("INSERT INTO items VALUES (9)", "25006")]
    [InlineData("SELECT nextval('numbers')", "25006")]
    [InlineData("SET TRANSACTION READ WRITE", "25001")]
    [InlineData("CREATE TABLE other ()", "25006")]
    [InlineData("SELECT pg_catalog.set_config('transaction_read_only', 'off', true)", "25001")]
    public async Task A_comparison_cannot_write(string statement, string sqlState)
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY); CREATE SEQUENCE numbers", open: false);
        var plan = await bench.PlanAsync("items", ["id"]);
        await using var comparison = await TableComparison.OpenAsync(bench.Database.DataSource, plan, byKeys: false, default);
        await comparison.AddAsync(new Conformance.StagedBatch(0, await bench.RecordsAsync("SELECT 1")), default);
        await comparison.FindAsync(default);

        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => Sql.RunAsync(comparison.Connection, $"SET LOCAL search_path TO public; {statement}"));

        Assert.Equal(sqlState, error.SqlState);
    }

    [Fact]
    public async Task A_table_that_somebody_holds_is_given_up_soon_and_whom_it_waited_for_is_told()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await using var other = await bench.Database.DataSource.OpenConnectionAsync();
        await using var held = await other.BeginTransactionAsync();
        await Sql.RunAsync(other, "LOCK TABLE items IN ACCESS EXCLUSIVE MODE");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Destination.OpenComparisonAsync(plan, default));

        Assert.Equal(("lock-timeout", true), (error.Problem.Code, error.Problem.Retryable));
        Assert.Contains("a comparison waits for a lock that is held by backend ", error.Problem.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("INSERT INTO items SELECT generate_series(1, 1001)", 1001)]
    [InlineData("INSERT INTO items SELECT generate_series(1, 1000); ANALYZE items", 1000)]
    public async Task What_is_there_is_about_known(string fill, long rows)
    {
        await using var bench = await LoadBench.StartAsync(
            $"CREATE TABLE items (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p PARTITION OF items DEFAULT; {fill}");
        var plan = await bench.PlanAsync("items", ["id"]);

        Assert.Equal(rows, (await FindingsTests.FindAsync(bench, plan, [])).DestinationRows);
    }
}
