using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

public sealed class ColumnTypeTests
{
    [Theory]
    [InlineData("bigint", "numeric", "5")]
    [InlineData("timestamp", "timestamptz", "'2020-01-01'")]
    [InlineData("integer", "date", "5")]
    [InlineData("numeric(10,2)", "numeric(10,1)", "1.25")]
    public async Task A_column_of_another_type_than_planned_takes_no_record(string planned, string present, string value)
    {
        await using var bench = await LoadBench.StartAsync($"CREATE TABLE items (id int PRIMARY KEY, v {planned})");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        var records = await bench.RecordsAsync($"SELECT 1, {value}::{planned}");
        await bench.Database.ExecuteAsync($"ALTER TABLE items ALTER v TYPE {present} USING NULL");

        foreach (var empty in new[] { true, false })
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(
                () => SegmentLoop.RunAsync(bench.Destination, bench.Ticket(1, segment: empty ? 0 : 1, empty), plan, records));
            Assert.Equal(("type-mismatch", false), (error.Problem.Code, error.Problem.Retryable));
            Assert.StartsWith("Object public.items: column \"v\" was planned as ", error.Problem.Sentence, StringComparison.Ordinal);
        }

        var launch = await Assert.ThrowsAsync<ConnectorException>(() => bench.Destination.ApplyChangesAsync(bench.Job, [plan], default));
        Assert.Equal("type-mismatch", launch.Problem.Code);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Fact]
    public async Task A_column_that_is_gone_is_named()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, v int)");
        var plan = await bench.PlanAsync("items", ["id"], directCopy: true);
        await bench.Database.ExecuteAsync("ALTER TABLE items DROP v");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.LoadAsync(plan, "SELECT 1, 2", empty: true));

        Assert.Equal("Object public.items: column \"v\" was planned as integer and is not there any more.", error.Problem.Sentence);
    }

    [Fact]
    public async Task Records_that_wait_are_not_written_into_another_type_either()
    {
        await using var bench = await LoadBench.StartAsync(
            "CREATE TABLE parents (id int PRIMARY KEY); CREATE TABLE items (id int PRIMARY KEY, parent int REFERENCES parents, v bigint)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.LoadAsync(plan, "SELECT 1, 1, 5::bigint");
        await bench.Database.ExecuteAsync("INSERT INTO parents VALUES (1); ALTER TABLE items ALTER v TYPE numeric");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Destination.RetryDeferredAsync(bench.Ticket(1), plan, () => { }, default));

        Assert.Equal("type-mismatch", error.Problem.Code);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM items"));
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("CREATE TABLE items (id int PRIMARY KEY, n numeric(20, 4))")]
    [InlineData("CREATE TABLE items (id int PRIMARY KEY, ts timestamp) PARTITION BY RANGE (id); CREATE TABLE p PARTITION OF items DEFAULT")]
    public async Task What_the_job_itself_adds_is_what_was_planned(string destination)
    {
        const string types = "CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN short AS varchar(5); CREATE DOMAIN posint AS int;";
        await using var source = await SourceBench.StartAsync(types + """
            CREATE TABLE items (id int PRIMARY KEY, n numeric(10, 2), d short, m mood, ms mood[], ps posint[], q "char", bp bpchar, b bit(3),
                iv interval day to second(3), ts timestamp(3), tz timetz, ns numeric(8, 3)[], r int4range, dp double precision, v varchar)
            """);
        await using var bench = await LoadBench.StartAsync(destination);
        var definition = SourceBench.Object("items");
        var described = await source.Source.DescribeAsync([(0, definition)], default);
        var plan = (await DestinationPlanner.PlanAsync(
            bench.Database.DataSource, [(described[0], definition)], new WriteOptions { Load = new LoadDefinition() }, default))[0];

        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        var nulls = string.Join(", ", plan.Fields.Skip(1).Select(f => $"NULL::{f.StagedType}"));
        var counts = await bench.LoadAsync(plan, $"SELECT i, {nulls} FROM generate_series(1, 3) i");

        Assert.Equal(3, counts.Inserted);
    }
}
