using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

/// <summary>What becomes of changes at the source since the pipeline last completed.</summary>
public sealed class EvolutionTests
{
    static readonly ObjectDefinition T = SourceBench.Object("t");

    static readonly (string Before, string After)[] Wider =
    [
        ("int2", "int4"), ("int4", "int8"), ("int8", "numeric"), ("float4", "float8"), ("varchar(5)", "varchar(9)"), ("varchar(5)", "text"),
        ("numeric(8,2)", "numeric(12,2)"), ("numeric(8,2)", "numeric(12,4)"), ("numeric(8,2)", "numeric"), ("timestamp(3)", "timestamp"),
        ("date", "timestamp"),
    ];

    // What the server says of itself, by the number of the file that the table lies in.
    static readonly (string Before, string After)[] Rewritten =
        [("int2", "int4"), ("int4", "int8"), ("int8", "numeric"), ("float4", "float8"), ("numeric(8,2)", "numeric(12,4)"), ("date", "timestamp")];

    static readonly (string Before, string After)[] Narrower =
    [
        ("int8", "int4"), ("text", "varchar(9)"), ("varchar(9)", "varchar(5)"), ("numeric(12,2)", "numeric(8,2)"), ("timestamp", "date"),
        ("int4", "text"), ("float8", "numeric"),
    ];

    [Fact]
    public async Task Columns_that_were_widened_are_widened_at_the_destination()
    {
        var table = $"CREATE TABLE t (id int PRIMARY KEY, {string.Join(", ", Wider.Select((type, i) => $"c{i} {type.Before}"))})";
        await using var bench = await SourceBench.StartAsync(table);
        await bench.To.ExecuteAsync(table);
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync($"ALTER TABLE t {string.Join(", ", Wider.Select((type, i) => $"ALTER c{i} TYPE {type.After}"))}");

        var plan = await bench.PlanAsync(T, known);

        Assert.False(plan.New);
        Assert.Equal(
            Wider.Where(type => Rewritten.Contains(type)).Select(type => type.After),
            plan.Changes.Where(c => c.Description.Contains("rewritten", StringComparison.Ordinal))
                .Select(c => Wider[int.Parse(c.Statement.Split('"')[1][1..])].After));
        Assert.Equal(Wider.Select((_, i) => $"ALTER TABLE public.t ALTER COLUMN \"c{i}\" TYPE "), plan.Changes.Select(c => c.Statement[..(c.Statement.IndexOf("TYPE ", StringComparison.Ordinal) + 5)]));
        foreach (var change in plan.Changes) await bench.To.ExecuteAsync(change.Statement);
        var after = await bench.PlanAsync(T, known);
        Assert.Empty(after.Changes);
        Assert.Equal(plan.Fields.Select(f => (f.Name, f.StagedType, f.DestinationType)), after.Fields.Select(f => (f.Name, f.StagedType, f.DestinationType)));
        foreach (var change in plan.Changes) await bench.To.ExecuteAsync(change.Inverse!);
        Assert.Equal(plan.Changes, (await bench.PlanAsync(T, known)).Changes);
    }

    [Theory]
    [InlineData("ALTER TABLE t DROP n; ALTER TABLE t ADD n text DEFAULT 'fresh'", true)]
    [InlineData("ALTER TABLE t RENAME n TO x; ALTER TABLE t RENAME m TO n; ALTER TABLE t RENAME x TO m", true)]
    [InlineData("DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, n text, m text)", true)]
    [InlineData("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t; VACUUM FULL t", false)]
    [InlineData("TRUNCATE t; ALTER TABLE t ADD o text; ALTER TABLE t DROP o", false)]
    public async Task A_table_or_column_that_took_another_ones_name_is_read_in_full(string change, bool isReplaced)
    {
        const string table = "CREATE TABLE t (id int PRIMARY KEY, n text, m text)";
        await using var bench = await SourceBench.StartAsync(table);
        await bench.To.ExecuteAsync(table);
        var known = KnownObject.Of(await bench.PlanAsync(T));
        Assert.False((await bench.PlanAsync(T, known)).New);
        foreach (var statement in change.Split("; ")) await bench.From.ExecuteAsync(statement);

        var plan = await bench.PlanAsync(T, known);

        Assert.Equal((isReplaced, isReplaced), (plan.New, plan.SourceReplaced));
        Assert.Empty(plan.Changes);
    }

    [Fact]
    public async Task A_view_that_was_made_anew_is_the_same()
    {
        const string view = "CREATE VIEW v AS SELECT 1 AS id";
        await using var bench = await SourceBench.StartAsync(view);
        await bench.To.ExecuteAsync("CREATE TABLE v (id int PRIMARY KEY)");
        var known = KnownObject.Of(await bench.PlanAsync(SourceBench.Object("v")));
        await bench.From.ExecuteAsync($"DROP VIEW v; {view}");

        Assert.False((await bench.PlanAsync(SourceBench.Object("v"), known)).New);
    }

    [Fact]
    public async Task Which_types_mean_that_a_table_is_rewritten_is_as_the_server_has_it()
    {
        await using var bench = await SourceBench.StartAsync();
        var found = new List<(string, string)>();
        foreach (var (before, after) in Wider)
        {
            await bench.To.ExecuteAsync($"DROP TABLE IF EXISTS t; CREATE TABLE t (c {before}); INSERT INTO t VALUES (NULL)");
            var file = await bench.To.ScalarAsync<uint>("SELECT pg_relation_filenode('t')");
            await bench.To.ExecuteAsync($"ALTER TABLE t ALTER c TYPE {after}");
            if (await bench.To.ScalarAsync<uint>("SELECT pg_relation_filenode('t')") != file) found.Add((before, after));
        }

        Assert.Equal(Rewritten, found);
    }

    [Fact]
    public async Task A_column_that_was_narrowed_blocks_its_object_and_says_what_it_was()
    {
        await using var bench = await SourceBench.StartAsync();
        foreach (var (before, after) in Narrower)
        {
            foreach (var database in new[] { bench.From, bench.To })
                await database.ExecuteAsync($"DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, n {before})");
            var planned = await bench.PlanAsync(T);
            await bench.From.ExecuteAsync($"ALTER TABLE t ALTER n TYPE {after}");

            var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(T, KnownObject.Of(planned)));

            Assert.Equal("type-narrowed", Assert.Single(error.Blocked).Problem.Code);
            Assert.Contains($"\"n\" was {planned.Fields[1].SourceType} ", error.Message, StringComparison.Ordinal);
            Assert.Contains("drop-and-load", error.Message, StringComparison.Ordinal);
            await bench.To.ExecuteAsync($"ALTER TABLE t ALTER n TYPE {after}");
            Assert.Empty((await bench.PlanAsync(T, KnownObject.Of(planned))).Changes);
        }
    }

    [Fact]
    public async Task A_column_that_is_gone_blocks_its_object_where_it_was_read_by_name()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int, gone text)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n int, gone text)");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync("ALTER TABLE t DROP gone");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(T, known));
        Assert.Equal("column-gone", error.Problem.Code);
        Assert.Contains("\"gone\" was text", error.Message, StringComparison.Ordinal);
        var mapped = T with { Fields = new Dictionary<string, string> { ["id"] = "id", ["n"] = "n" } };
        Assert.Equal(2, (await bench.PlanAsync(mapped, known)).Fields.Count);
        Assert.Equal(2, (await bench.PlanAsync(T)).Fields.Count);
    }

    [Fact]
    public async Task A_column_that_came_is_added_and_takes_a_full_read()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY)");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync("ALTER TABLE t ADD came text");
        var plan = await bench.PlanAsync(T, known);
        Assert.Equal("ALTER TABLE public.t ADD COLUMN \"came\" text", Assert.Single(plan.Changes).Statement);
        Assert.True(plan.New);
    }

    [Fact]
    public async Task Another_key_says_what_the_key_was()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n int)");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(T with { Key = ["id", "n"] }, known));
        Assert.Equal("key-missing", error.Problem.Code);
        Assert.Contains("its key was (\"id\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_was_narrower_here_all_along_stays_so()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n varchar(9))");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n varchar(5))");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        Assert.Empty((await bench.PlanAsync(T, known)).Changes);
        await bench.From.ExecuteAsync("ALTER TABLE t ALTER n TYPE text");
        Assert.Empty((await bench.PlanAsync(T, known)).Changes);
    }

    [Theory]
    [InlineData("CREATE VIEW v AS SELECT n FROM t", "view public.v")]
    [InlineData("ALTER TABLE t ADD g int8 GENERATED ALWAYS AS (n + 1) STORED", "column g of table public.t")]
    public async Task A_column_that_something_depends_on_blocks_its_object(string holder, string named)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int)");
        await bench.To.ExecuteAsync($"CREATE TABLE t (id int PRIMARY KEY, n int); {holder}");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync("ALTER TABLE t ALTER n TYPE bigint");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => bench.PlanAsync(T, known));
        Assert.Equal("column-held", error.Problem.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("varchar(9)")]
    [InlineData("text")]
    public async Task A_column_keeps_its_collation(string wider)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n varchar(5))");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n varchar(5) COLLATE \"C\")");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync($"ALTER TABLE t ALTER n TYPE {wider}");
        var change = Assert.Single((await bench.PlanAsync(T, known)).Changes);
        foreach (var statement in new[] { change.Statement, change.Inverse! })
        {
            await bench.To.ExecuteAsync(statement);
            Assert.Equal("\"C\"", await bench.To.ScalarAsync<string>(
                "SELECT attcollation::regcollation::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n'"));
        }
    }

    [Theory]
    [InlineData(false, "column-held")]
    [InlineData(true, "cannot-replace")]
    public async Task A_table_that_the_role_does_not_own_blocks_its_object_alone(bool isReplaced, string code)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int); CREATE TABLE u (id int PRIMARY KEY)");
        var role = $"{bench.To.Name}_writer";
        await bench.To.ExecuteAsync($"""
            CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT CREATE ON SCHEMA public TO {role};
            CREATE TABLE t (id int PRIMARY KEY, n int); GRANT SELECT, INSERT, UPDATE ON t TO {role}
            """);
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync("ALTER TABLE t ALTER n TYPE bigint");
        var sources = await bench.Source.DescribeAsync([(0, T), (1, SourceBench.Object("u"))], default);
        var options = new WriteOptions
        {
            Load = new LoadDefinition(),
            NewTables = isReplaced ? new Dictionary<int, string> { [0] = "fresh", [1] = "fresh_too" } : null,
        };
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(bench.To.ConnectionString) { Username = role, Password = "x" };
        await using (var destination = new Postgres.Destinations.PostgresDestination(connection.ConnectionString))
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(
                () => destination.PlanAsync([(sources[0] with { Known = known }, T), (sources[1], SourceBench.Object("u"))], options, default));
            Assert.Equal((0, code), Assert.Single(error.Blocked) is var block ? (block.ObjectNo, block.Problem.Code) : default);
        }

        await bench.To.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Fact]
    public async Task A_widened_key_is_widened_too()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n int)");
        var known = KnownObject.Of(await bench.PlanAsync(T));
        await bench.From.ExecuteAsync("ALTER TABLE t ALTER id TYPE bigint");
        var change = Assert.Single((await bench.PlanAsync(T, known)).Changes);
        Assert.Contains("rewritten", change.Description, StringComparison.Ordinal);
        await bench.To.ExecuteAsync(change.Statement);
    }

    [Fact]
    public async Task With_new_tables_nothing_of_before_matters()
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n int4)");
        await bench.To.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n int8, old text)");
        var sources = await bench.Source.DescribeAsync([(0, T)], default);
        var options = new WriteOptions { Load = new LoadDefinition(), NewTables = new Dictionary<int, string> { [0] = "fresh" } };
        await using var destination = new Postgres.Destinations.PostgresDestination(bench.To.ConnectionString);
        var plan = Assert.Single(await destination.PlanAsync([(sources[0], T)], options, default));
        Assert.Equal(("\"public\".\"fresh\"", "public.t", true), (plan.To, plan.Replaces, plan.New));
    }
}
