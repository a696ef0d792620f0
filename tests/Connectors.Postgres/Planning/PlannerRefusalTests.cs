using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

public sealed class PlannerRefusalTests
{
    const string Source = "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, s text)";

    [Theory]
    [InlineData("CREATE VIEW t AS SELECT 1 AS id", "object-kind", "Object public.t: its destination public.t is a view; only tables can be written.")]
    [InlineData("CREATE TABLE t (id int, n int, s text)", "key-missing", "Object public.t: destination table public.t has no unique index on exactly its key (\"id\").")]
    [InlineData("CREATE TABLE t (id int, n int, s text, UNIQUE (id, n))", "key-missing", "Object public.t: destination table public.t has no unique index on exactly its key (\"id\").")]
    [InlineData("CREATE TABLE t (id int UNIQUE DEFERRABLE, n int, s text)", "key-missing", "Object public.t: destination table public.t has no unique index on exactly its key (\"id\").")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n text, s int)", "type-mismatch", "Object public.t: column \"s\" is text at the source and integer at the destination.")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text, r int NOT NULL)", "column-unfilled", "Object public.t: column \"r\" of destination table public.t cannot be null, has no default and is not among its fields.")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, s text)", "column-generated", "Object public.t: column \"n\" is GENERATED ALWAYS AS IDENTITY at the destination and not part of the key, so it cannot be updated.")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text); CREATE TRIGGER audit AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", "triggers", "Object public.t: destination table public.t has trigger \"audit\", which may write elsewhere; to accept that, set load.allowTriggers.")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE, s text); CREATE TABLE u (n int CONSTRAINT follow REFERENCES t (n) ON UPDATE CASCADE)", "triggers", "Object public.t: updates of destination table public.t cascade through constraint \"follow\" of public.u; to accept that, set load.allowTriggers.")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text); CREATE RULE aside AS ON INSERT TO t DO NOTHING", "rules", "Object public.t: destination table public.t has rule \"aside\"; an upsert cannot write tables with rules on insert or update.")]
    public async Task A_destination_that_does_not_fit_is_refused(string destination, string code, string sentence)
    {
        await using var bench = await SourceBench.StartAsync(Source);
        await bench.To.ExecuteAsync(destination);

        var error = await RefusedAsync(bench, SourceBench.Object("t"));

        Assert.Equal((code, sentence), (error.Problem.Code, error.Message));
    }

    [Theory]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text); CREATE TRIGGER audit AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text); CREATE TRIGGER audit AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE t DISABLE TRIGGER audit")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text); CREATE TABLE u (n int REFERENCES t ON UPDATE CASCADE)")]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY, n int, s text, more int NOT NULL DEFAULT 1)")]
    public async Task What_writes_nothing_else_is_accepted(string destination)
    {
        await using var bench = await SourceBench.StartAsync(Source);
        await bench.To.ExecuteAsync(destination);

        Assert.Empty((await bench.PlanAsync(SourceBench.Object("t"))).Changes);
    }

    [Fact]
    public async Task A_generated_column_cannot_be_mapped()
    {
        await using var bench = await SourceBench.StartAsync(Source);
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id + 1) STORED)");
        var fields = new Dictionary<string, string> { ["id"] = "id", ["g"] = "n" };

        var error = await RefusedAsync(bench, SourceBench.Object("t") with { Fields = fields });

        Assert.Equal("Object public.t: column \"g\" is generated at the destination and cannot be written.", error.Message);
    }

    [Fact]
    public async Task A_key_that_is_not_mapped_is_refused()
    {
        await using var bench = await SourceBench.StartAsync(Source);

        var error = await RefusedAsync(bench, SourceBench.Object("t", "no"));

        Assert.Equal(("column-missing", "Object public.t: key field \"no\" is not among its fields."), (error.Problem.Code, error.Message));
    }

    [Theory]
    [InlineData("t", "t")]
    [InlineData("part", "whole")]
    [InlineData("whole", "part")]
    public async Task A_destination_that_is_the_source_is_refused(string from, string to)
    {
        await using var bench = await SourceBench.StartAsync(
            Source + "; CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF whole DEFAULT");
        var definition = SourceBench.Object(from) with { To = to };
        var source = (await bench.Source.DescribeAsync([(0, definition)], default))[0];

        var error = await Assert.ThrowsAsync<ConnectorException>(() => DestinationPlanner.PlanAsync(
            bench.From.DataSource, [(source, definition)], new WriteOptions { Load = new LoadDefinition() }, default));

        Assert.Equal(
            ("same-table", $"Object public.{from}: its destination public.{to} is the same table, or one of the two holds rows of the other."),
            (error.Problem.Code, error.Message));
    }

    [Fact]
    public async Task A_destination_among_Headgates_own_tables_is_refused()
    {
        await using var bench = await SourceBench.StartAsync(Source);

        var error = await RefusedAsync(bench, SourceBench.Object("t") with { To = "headgate.fence" });

        Assert.Equal("object-reserved", error.Problem.Code);
    }

    [Fact]
    public async Task Two_objects_with_one_destination_are_refused()
    {
        await using var bench = await SourceBench.StartAsync(Source + "; CREATE TABLE u (id int PRIMARY KEY)");

        var error = await RefusedAsync(bench, SourceBench.Object("t"), SourceBench.Object("u") with { To = "\"t\"" });

        Assert.Equal(("destination-twice", "Objects public.t and public.u have the same destination public.t."), (error.Problem.Code, error.Message));
    }

    [Theory]
    [InlineData("CREATE TYPE odd AS (a int); CREATE TABLE t (id int PRIMARY KEY, o odd)", "", "Object public.t: column \"o\" needs type public.odd, which the destination does not have.")]
    [InlineData("CREATE TYPE odd AS (a int); CREATE TABLE t (id int PRIMARY KEY, o odd[])", "CREATE TYPE odd AS ENUM ('a')", "Object public.t: column \"o\" needs type public.odd, which is of another kind at the destination.")]
    public async Task A_type_that_cannot_be_made_is_refused(string source, string destination, string sentence)
    {
        await using var bench = await SourceBench.StartAsync(source);
        if (destination.Length > 0) await bench.To.ExecuteAsync(destination);

        var error = await RefusedAsync(bench, SourceBench.Object("t"));

        Assert.Equal(("type-mismatch", sentence), (error.Problem.Code, error.Message));
    }

    [Theory]
    [InlineData("", "Object public.t: the role may not create schema \"raw\" at the destination.")]
    [InlineData("CREATE SCHEMA raw", "Object public.t: the role may not create anything in schema \"raw\" of the destination.")]
    [InlineData("CREATE SCHEMA raw; CREATE TABLE raw.t (id int PRIMARY KEY, n int, s text); GRANT SELECT, UPDATE ON raw.t TO {0}", "Object public.t: the role lacks INSERT on column \"id\" of destination table raw.t.")]
    [InlineData("CREATE SCHEMA raw; CREATE TABLE raw.t (id int PRIMARY KEY, n int, s text); GRANT SELECT, INSERT ON raw.t TO {0}", "Object public.t: the role lacks UPDATE on column \"n\" of destination table raw.t.")]
    public async Task Missing_privileges_are_named(string destination, string sentence)
    {
        await using var bench = await SourceBench.StartAsync(Source);
        var role = $"{bench.To.Name}_writer";
        await bench.To.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'x';" + destination.Replace("{0}", role, StringComparison.Ordinal));
        var connection = new NpgsqlConnectionStringBuilder(bench.To.ConnectionString) { Username = role, Password = "x" };
        var definition = SourceBench.Object("t") with { To = "raw.t" };
        var source = (await bench.Source.DescribeAsync([(0, definition)], default))[0];
        await using var dataSource = NpgsqlDataSource.Create(connection);

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => DestinationPlanner.PlanAsync(dataSource, [(source, definition)], new WriteOptions { Load = new LoadDefinition() }, default));
        await bench.To.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");

        Assert.Equal(("permission", sentence), (error.Problem.Code, error.Message));
    }

    static Task<ConnectorException> RefusedAsync(SourceBench bench, params ObjectDefinition[] objects) =>
        Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(objects));
}
