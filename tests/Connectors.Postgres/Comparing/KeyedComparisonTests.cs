using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Comparing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Comparing;

/// <summary>Single records against the table.</summary>
public sealed class KeyedComparisonTests
{
    [Fact]
    public async Task Each_key_is_told_by_what_both_sides_have_and_what_differs()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (code text COLLATE "C", v text, n numeric(10, 2), id int, PRIMARY KEY (id, code));
            INSERT INTO items VALUES ('a', 'same', 1, 1), ('b', 'here', NULL, 1), ('a', 'only here', 2, 2), ('x', 'not asked for', 2, 2)
            """);
        var plan = await bench.PlanAsync("items", ["id", "code"]);
        await using var comparison = (await bench.Destination.OpenKeyedComparisonAsync(plan, default))!;
        var records = await bench.RecordsAsync("""
            SELECT c, v, n::numeric(10, 2), i FROM (VALUES
                ('a', 'same', 1, 1), ('b', 'there', 2.5, 1), ('a', 'only there', NULL, 3), ('z', 'not asked for', 1, 9)) AS x (c, v, n, i)
            """);
        await comparison.AddAsync(new StagedBatch(0, records), default);

        var found = await comparison.CompareAsync([["9", "q"], ["1", "a"], ["1", "b"], ["2", "a"], ["3", "a"]], default);

        Assert.Equal([(false, false), (true, true), (true, true), (true, false), (false, true)], found.Select(each => (each.IsHere, each.IsTaken)));
        Assert.Equal([false, true, true, false], found[2].Differs);
        Assert.Equal([null, "here", null, null], found[2].Now);
        Assert.Equal([null, "there", "2.50", null], found[2].Taken);
        Assert.Equal(["a", "only here", "2.00", "2"], found[3].Now);
        Assert.Equal(["a", "only there", null, "3"], found[4].Taken);
        Assert.All([found[0], found[1], found[3], found[4]], each => Assert.DoesNotContain(true, each.Differs));
        Assert.All([.. found[0].Now, .. found[1].Now, .. found[1].Taken, .. found[3].Taken, .. found[4].Now], Assert.Null);
    }

    [Theory]
    [InlineData("bigint", "int", "1", "1")]
    [InlineData("numeric(10, 2)", "numeric", "1.50", "1.50")]
    [InlineData("timestamp", "timestamp", "2026-01-31 00:00:00", "2026-01-31")]
    [InlineData("char(5)", "char(5)", "ab   ", "ab")]
    [InlineData("varchar(5)", "text", "ab", "ab")]
    [InlineData("public.citext", "public.citext", "Ab", "aB")]
    [InlineData("uuid", "uuid", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301")]
    public async Task Keys_are_one_where_they_are_to_the_table(string type, string staged, string logged, string taken)
    {
        await using var bench = await LoadBench.StartAsync(
            $"CREATE EXTENSION citext; CREATE TABLE items (id {type} PRIMARY KEY, v text); INSERT INTO items VALUES ('{logged}', 'here')");
        var plan = await bench.PlanAsync("items", ["id"], casts: staged == type ? [] : [("id", staged)]);
        await using var comparison = (await bench.Destination.OpenKeyedComparisonAsync(plan, default))!;
        await comparison.AddAsync(new StagedBatch(0, await bench.RecordsAsync($"SELECT '{taken}'::{staged}, 'there'::text")), default);
        var found = Assert.Single(await comparison.CompareAsync([[logged]], default));
        Assert.Equal((true, true, "here", "there"), (found.IsHere, found.IsTaken, found.Now[1], found.Taken[1]));
    }

    [Fact]
    public async Task Value_that_is_too_long_for_its_column_differs()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, v varchar(3)); INSERT INTO items VALUES (1, 'a'), (2, 'b')");
        var plan = await bench.PlanAsync("items", ["id"], casts: ("v", "text"));
        await using var comparison = (await bench.Destination.OpenKeyedComparisonAsync(plan, default))!;
        await comparison.AddAsync(new StagedBatch(0, await bench.RecordsAsync("SELECT 1, 'too long'::text UNION ALL SELECT 2, 'b'")), default);
        var found = await comparison.CompareAsync([["1"], ["2"]], default);
        Assert.Equal([("a", "too long"), (null, null)], found.Select(each => (each.Now[1], each.Taken[1])));
    }

    [Fact]
    public async Task No_more_is_given_than_is_good_to_keep()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, v text);
            INSERT INTO items SELECT i, (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 40000) j) FROM generate_series(1, 6) i
            """);
        await using var comparison = (await bench.Destination.OpenKeyedComparisonAsync(await bench.PlanAsync("items", ["id"]), default))!;
        var found = await comparison.CompareAsync([.. Enumerable.Range(1, 6).Select(id => (IReadOnlyList<string>)[$"{id}"])], default);
        Assert.InRange(found.Count, 1, 5);
        Assert.Equal(Enumerable.Range(1, found.Count).Select(id => $"{id}"), found.Select(each => each.Now[0]));
    }

    [Fact]
    public async Task Keys_are_looked_up_by_the_tables_index()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, v text); INSERT INTO items SELECT i, 'v' FROM generate_series(1, 50000) i");
        await using var session = await TableComparison.OpenAsync(bench.Database.DataSource, await bench.PlanAsync("items", ["id"]), byKeys: true, default);
        await using var command = new NpgsqlCommand($"EXPLAIN {session.Statements!.CompareKeys}", session.Connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Enumerable.Range(1, 2000).Select(id => $"{id}")] });
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync()) plan.Add(reader.GetString(0));
        Assert.Contains(plan, line => line.Contains("Index Scan using items_pkey", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_cannot_write()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY)");
        await using var session = await TableComparison.OpenAsync(bench.Database.DataSource, await bench.PlanAsync("items", ["id"]), byKeys: true, default);
        await using var command = new NpgsqlCommand("INSERT INTO public.items VALUES (1)", session.Connection);
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState);
    }

    [Fact]
    public async Task Table_that_is_not_there_any_more_is_named()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Database.ExecuteAsync("DROP TABLE items");
        await using var comparison = (await bench.Destination.OpenKeyedComparisonAsync(plan, default))!;
        var error = await Assert.ThrowsAsync<ConnectorException>(() => comparison.CompareAsync([["1"]], default));
        Assert.Contains("public.items", error.Message, StringComparison.Ordinal);
    }
}
