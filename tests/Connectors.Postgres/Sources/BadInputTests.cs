using Headgate.Connectors.Postgres.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class BadInputTests
{
    const string Table = "CREATE TABLE t (id int, k text, changed timestamptz, made date)";

    [Theory]
    [InlineData("n > ", "filter-invalid")]
    [InlineData("missing > 1", "filter-invalid")]
    [InlineData("id", "filter-invalid")]
    [InlineData("true) OR (true", "filter-invalid")]
    [InlineData("id = 1) -- ", "filter-invalid")]
    [InlineData("true /* ", "filter-invalid")]
    [InlineData("true THEN 1 WHEN false", "filter-invalid")]
    [InlineData("true; SELECT 1", "filter-invalid")]
    [InlineData("count(*) > 1", "filter-invalid")]
    [InlineData("k = 'planted-value'::int::text", "filter-invalid")]
    [InlineData("1 / 0 = 1", "filter-invalid")]
    [InlineData("SELECT true", "filter-invalid")]
    public async Task A_bad_filter_is_refused(string filter, string code)
    {
        await using var bench = await SourceBench.StartAsync(Table);
        var error = await bench.CheckFailsAsync(await bench.FullAsync(SourceBench.Object("t") with { Filter = filter }));

        Assert.Equal(code, error.Problem.Code);
        Assert.StartsWith("Object public.t: the filter is not valid: ", error.Message);
        Assert.DoesNotContain("planted", error.Message);
    }

    [Theory]
    [InlineData("id > 0 -- a comment")]
    [InlineData("t.id IN (SELECT 1 /* ) */) OR k = ')'")]
    [InlineData("CASE WHEN id > 1 THEN true ELSE false END")]
    public async Task A_good_filter_passes(string filter)
    {
        await using var bench = await SourceBench.StartAsync(Table + "; CREATE UNIQUE INDEX ON t (id); ALTER TABLE t ALTER id SET NOT NULL");
        var plan = await bench.FullAsync(SourceBench.Object("t") with { Filter = filter });
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        await bench.Source.CheckAsync(plan, snapshot.Id, default);
    }

    [Fact]
    public async Task A_filter_cannot_write()
    {
        await using var bench = await SourceBench.StartAsync(
            Table + "; INSERT INTO t VALUES (1); CREATE FUNCTION spoil() RETURNS bool LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; RETURN true; END'");
        var plan = await bench.FullAsync(SourceBench.Object("t") with { Filter = "spoil()" });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.ReadAsync(plan));

        Assert.Equal("read-only", error.Problem.Code);
        Assert.Equal(1, await bench.From.ScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_null_key_is_refused_by_column()
    {
        await using var bench = await SourceBench.StartAsync(Table + "; INSERT INTO t VALUES (1, 'a'), (1, null)");
        var error = await bench.CheckFailsAsync(await bench.FullAsync(SourceBench.Object("t", "id", "k")));

        Assert.Equal("key-null", error.Problem.Code);
        Assert.Equal("Object public.t: key column \"k\" is null in some records.", error.Message);
    }

    [Fact]
    public async Task A_repeated_key_is_refused_without_its_value()
    {
        await using var bench = await SourceBench.StartAsync(Table + "; INSERT INTO t (k) VALUES ('planted'), ('planted')");
        var error = await bench.CheckFailsAsync(await bench.FullAsync(SourceBench.Object("t", "k")));

        Assert.Equal("key-duplicate", error.Problem.Code);
        Assert.Equal("Object public.t: several records have the same key (\"k\").", error.Message);
    }

    [Fact]
    public async Task A_key_is_checked_within_what_is_read()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE t (id int, changed timestamptz NOT NULL); INSERT INTO t VALUES (1, '2024-01-01Z'), (1, '2024-01-02Z'), (2, '2024-01-03Z')");
        var plan = await bench.WindowAsync(SourceBench.Object("t") with { Cursor = "changed" }, "2024-01-02T00:00Z", "2024-01-03T00:00Z");
        await using var snapshot = await bench.Source.OpenSnapshotAsync(TimeSpan.Zero, default);

        await bench.Source.CheckAsync(plan, snapshot.Id, default);
        var wider = plan with { Lower = plan.Lower!.Value.AddDays(-1) };
        Assert.Equal("key-duplicate", (await bench.CheckFailsAsync(wider)).Problem.Code);
    }

    [Theory]
    [InlineData("made", "cursor-type", "Object public.t: cursor \"made\" is date; a cursor must be timestamptz or timestamp.")]
    [InlineData("changed", "cursor-nullable", "Object public.t: cursor \"changed\" can be null; declare it NOT NULL, or set extract.nulls to full.")]
    public async Task A_bad_cursor_is_refused(string cursor, string code, string sentence)
    {
        await using var bench = await SourceBench.StartAsync(Table);
        var error = await bench.CheckFailsAsync(await bench.FullAsync(SourceBench.Object("t") with { Cursor = cursor }));

        Assert.Equal(code, error.Problem.Code);
        Assert.Equal(sentence, error.Message);
    }

    [Fact]
    public async Task Missing_objects_are_named_together()
    {
        await using var bench = await SourceBench.StartAsync(Table);

        var error = await DescribeFailsAsync(bench.Source, SourceBench.Object("a"), SourceBench.Object("t"), SourceBench.Object("\"B\".c"));

        Assert.Equal("object-missing", error.Problem.Code);
        Assert.Equal("Objects public.a, \"B\".c do not exist at the source.", error.Message);
    }

    [Fact]
    public async Task A_missing_column_is_named()
    {
        await using var bench = await SourceBench.StartAsync(Table);
        var fields = new Dictionary<string, string> { ["id"] = "id", ["total"] = "sum" };

        var error = await DescribeFailsAsync(bench.Source, SourceBench.Object("t") with { Fields = fields });

        Assert.Equal("column-missing", error.Problem.Code);
        Assert.Equal("Object public.t has no column \"sum\" at the source.", error.Message);
    }

    [Fact]
    public async Task A_column_that_may_not_be_read_is_named()
    {
        await using var bench = await SourceBench.StartAsync(Table);
        var role = $"{bench.From.Name}_reader";
        await bench.From.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT (id, k) ON t TO {role}");
        var connection = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString) { Username = role, Password = "x" };
        await using var source = new PostgresSource(connection.ConnectionString);

        var error = await DescribeFailsAsync(source, SourceBench.Object("t"));
        await source.DescribeAsync([(0, SourceBench.Object("t") with { Fields = new Dictionary<string, string> { ["id"] = "id" } })], default);
        await bench.From.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");

        Assert.Equal("permission", error.Problem.Code);
        Assert.Equal("Object public.t: the role may not read column \"changed\" at the source.", error.Message);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_by_its_address()
    {
        await using var source = new PostgresSource("Host=127.0.0.1;Port=1;Database=crm;Username=u;Password=planted");

        var error = await DescribeFailsAsync(source, SourceBench.Object("t"));

        Assert.Equal("unreachable", error.Problem.Code);
        Assert.True(error.Problem.Retryable);
        Assert.Equal("Source \"crm\" at 127.0.0.1:1 cannot be reached: connection refused.", error.Message);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_named()
    {
        await using var bench = await SourceBench.StartAsync();
        var connection = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString) { Database = "nowhere" };
        await using var source = new PostgresSource(connection.ConnectionString);

        var error = await DescribeFailsAsync(source, SourceBench.Object("t"));

        Assert.Equal("database-missing", error.Problem.Code);
        Assert.EndsWith("database \"nowhere\" does not exist.", error.Message);
    }

    [Theory]
    [InlineData("Host=h;planted")]
    [InlineData("planted=1")]
    [InlineData("Host=h;Port=planted")]
    [InlineData("")]
    public void A_bad_connection_string_is_not_repeated(string connection)
    {
        var error = Assert.Throws<ConnectorException>(() => new PostgresSource(connection));

        Assert.Equal("connection-invalid", error.Problem.Code);
        Assert.DoesNotContain("planted", error.ToString());
    }

    [Theory]
    [InlineData("x'; DROP TABLE t; --")]
    [InlineData("00000003-0000001B-1")]
    public async Task A_snapshot_that_is_not_there_is_lost(string snapshot)
    {
        await using var bench = await SourceBench.StartAsync(Table);
        var plan = await bench.FullAsync(SourceBench.Object("t"));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.Source.PlanSegmentsAsync(plan, snapshot, default));

        Assert.Equal("snapshot-lost", error.Problem.Code);
        Assert.True(error.Problem.Retryable);
    }

    static Task<ConnectorException> DescribeFailsAsync(PostgresSource source, params ObjectDefinition[] objects) =>
        Assert.ThrowsAsync<ConnectorException>(() => source.DescribeAsync(objects.Select((o, i) => (i, o)).ToArray(), default));
}
