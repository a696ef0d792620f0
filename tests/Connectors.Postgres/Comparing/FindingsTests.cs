using System.Globalization;
using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Comparing;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Comparing;

/// <summary>What is found before is what the write then does.</summary>
public sealed class FindingsTests
{
    /// <summary>Two values of each type; where there are such, ones that are equal and not the same.</summary>
    static readonly (string Type, string One, string Other)[] Types =
    [
        ("bool", "true", "false"), ("char(5)", "'ab'", "'abc'"), ("bpchar", "'a'", "'a  '"), ("varchar(10)", "'vv'", "'vv '"),
        ("text COLLATE public.nocase", "'a'", "'A'"), ("public.citext", "'a'", "'A'"), ("int2", "1", "2"), ("bigint", "1", "2"),
        ("real", "'0'", "'-0'"), ("float8", "'NaN'", "'1'"), ("numeric", "1.0", "1.00"), ("numeric(10, 2)", "1", "2"), ("money", "1", "2"),
        ("date", "'infinity'", "'2020-01-01'"), ("timetz", "'12:00:00+00'", "'13:00:00+01'"),
        ("timestamp(3)", "'2020-01-01 00:00:00.123'", "'infinity'"), ("timestamptz", "'2020-01-01+00'", "'-infinity'"),
        ("interval", "'30 days'", "'1 mon'"), ("uuid", "'3f2504e0-4f89-11d3-9a0c-0305e82c3301'", "'3f2504e0-4f89-11d3-9a0c-0305e82c3302'"),
        ("bytea", "'\\x00ff'", "'\\x00'"), ("json", "'{\"a\":1}'", "'{\"a\": 1}'"), ("jsonb", "'1.0'", "'1.00'"), ("xml", "'<a/>'", "'<a></a>'"),
        ("point", "'(1,2)'", "'(1,3)'"), ("inet", "'10.0.0.1/8'", "'10.0.0.1'"), ("bit(4)", "B'1010'", "B'1011'"), ("tsvector", "'a b'", "'a'"),
        ("int4range", "'[1,5)'", "'[1,6)'"), ("int[]", "'[0:1]={1,2}'", "'{1,2}'"), ("numeric[]", "'{1.0}'", "'{1.00}'"),
        ("text[]", "'{{a,b}}'", "'{a,b}'"), ("public.mood", "'sad'", "'happy'"), ("public.small", "1", "2"), ("public.pair", "ROW(1, 'x')", "ROW(1, NULL)"),
    ];

    static readonly string Setup = $"""
        CREATE EXTENSION citext; CREATE COLLATION public.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TYPE public.mood AS ENUM ('sad', 'happy'); CREATE DOMAIN public.small AS int CHECK (value < 10); CREATE TYPE public.pair AS (a int, b text);
        CREATE TABLE items (id int PRIMARY KEY, {string.Join(", ", Types.Select((t, i) => $"c{i} {t.Type}"))}); CREATE TABLE staged (LIKE items);
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Findings_are_what_the_upsert_then_does_in_every_type(int seed)
    {
        await using var bench = await LoadBench.StartAsync(Setup);
        var values = string.Join(", ", Types.Select(t => Any(t)));
        var others = string.Join(", ", Types.Select((t, i) => $"CASE WHEN random() < 0.02 THEN {Any(t)} ELSE c{i} END"));
        await bench.Database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT setseed(0.{seed}); INSERT INTO items SELECT i, {values} FROM generate_series(1, 300) i;
            INSERT INTO staged SELECT id, {others} FROM items WHERE id > 50; INSERT INTO staged SELECT i, {values} FROM generate_series(301, 340) i
            """));
        var plan = await bench.PlanAsync("items", ["id"]);
        var records = await bench.RecordsAsync("SELECT * FROM staged ORDER BY id");

        var found = await FindAsync(bench, plan, records, batch: 100);
        var written = await bench.LoadAsync(plan, "SELECT * FROM staged ORDER BY id");

        Assert.Equal((290, 40, written.Updated, written.Unchanged), (found.Rows, found.Inserts, found.Updates, found.Unchanged));
        Assert.InRange(found.Updates, 20, 200);
        var logged = await bench.RowsAsync("""
            SELECT i - 2, count(*) FILTER (WHERE before[i] IS DISTINCT FROM after[i]), count(*) FILTER (WHERE before[i] IS NOT NULL AND after[i] IS NULL)
            FROM headgate.change, generate_subscripts(after, 1) i WHERE operation = 'update' AND i > 1 GROUP BY i ORDER BY i
            """);
        Assert.Equal(logged, found.Fields.Select((f, i) => $"({i},{f.Changed},{f.Nulled})"));

        static string Any((string Type, string One, string Other) t)
        {
            var type = t.Type.Split(" COLLATE")[0];
            return $"CASE floor(random() * 3)::int WHEN 0 THEN CAST({t.One} AS {type}) WHEN 1 THEN CAST({t.Other} AS {type}) END";
        }
    }

    [Fact]
    public async Task Fields_tell_shares_and_the_value_that_spreads()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, email text, note text); ANALYZE items;
            INSERT INTO items SELECT i, CASE WHEN i <= 8 THEN 'own ' || i WHEN i = 9 THEN 'acme' END, 'n' FROM generate_series(1, 10) i; ANALYZE items
            """);
        var plan = await bench.PlanAsync("items", ["id"]);

        var found = await FindAsync(bench, plan, await bench.RecordsAsync("""
            SELECT i, CASE WHEN i IN (1, 2) THEN NULL WHEN i < 7 THEN 'acme' WHEN i = 7 THEN 'other' WHEN i = 9 THEN 'acme' ELSE 'own ' || i END, 'n'
            FROM generate_series(1, 12) i
            """));

        Assert.Equal((12, 2, 8, 2, 0, 10), (found.Rows, found.Inserts, found.Updates, found.Unchanged, found.Rejected, found.DestinationRows));
        var nothing = new FieldFindings { Field = "note", Changed = 0, Nulled = 0, NonNullBefore = 10, Overwritten = 0, Same = 0, SameBefore = 0 };
        Assert.Equal([new() { Field = "email", Changed = 8, Nulled = 2, NonNullBefore = 9, Overwritten = 7, Same = 4, SameBefore = 1 }, nothing], found.Fields);
    }

    [Fact]
    public async Task A_record_that_does_not_fit_takes_no_other_with_it()
    {
        await using var bench = await LoadBench.StartAsync("CREATE TABLE items (id int PRIMARY KEY, v varchar(3)); INSERT INTO items VALUES (1, 'a')");
        var plan = await bench.PlanAsync("items", ["id"], casts: ("v", "text"));
        var records = await bench.RecordsAsync("SELECT i, CASE WHEN i = 3 THEN 'too long' ELSE 'b' END FROM generate_series(1, 4) i");
        await using var comparison = (await bench.Destination.OpenComparisonAsync(plan, default))!;
        await comparison.AddAsync(new StagedBatch(0, [.. records.Take(2)]), default);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => comparison.AddAsync(new StagedBatch(2, [.. records.Skip(2)]), default));
        await comparison.AddAsync(new StagedBatch(3, [records[3]]), default);
        var found = await comparison.FindAsync(default);

        Assert.Equal((LoadRemedy.Halve, "22001"), (error.Remedy, error.Problem.SqlState));
        Assert.Equal((3, 2, 1, 0), (found.Rows, found.Inserts, found.Updates, found.Rejected));
    }

    [Fact]
    public async Task A_record_whose_row_is_marked_as_vanished_is_an_update()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TABLE items (id int PRIMARY KEY, v int, headgate_vanished_at timestamptz); INSERT INTO items VALUES (1, 1, now()), (2, 2, NULL)
            """);
        var all = await bench.PlanAsync("items", ["id"]);
        var plan = all with { Fields = [.. all.Fields.Take(2)], Mark = "headgate_vanished_at" };
        var records = await bench.RecordsAsync("SELECT i, i FROM generate_series(1, 2) i");

        var found = await FindAsync(bench, plan, records);
        var written = await bench.LoadAsync(plan, "SELECT i, i FROM generate_series(1, 2) i");

        Assert.Equal((1, 1), (found.Updates, found.Unchanged));
        Assert.Equal((found.Updates, found.Unchanged), (written.Updated, written.Unchanged));
        Assert.Equal(0, Assert.Single(found.Fields).Changed);
    }

    [Theory]
    [InlineData("CREATE TABLE items (k public.citext PRIMARY KEY, v int)", "'aBC'::public.citext", "'Abc'")]
    [InlineData("CREATE TABLE items (k numeric PRIMARY KEY, v int)", "1.00", "1.0")]
    [InlineData("CREATE TABLE items (k int PRIMARY KEY, v int) PARTITION BY RANGE (k); CREATE TABLE p PARTITION OF items DEFAULT", "5", "5")]
    public async Task Keys_meet_as_they_do_for_the_table(string table, string staged, string present)
    {
        await using var bench = await LoadBench.StartAsync($"CREATE EXTENSION citext; {table}; INSERT INTO items VALUES ({present}, 1)");
        var plan = await bench.PlanAsync("items", ["k"]);

        var found = await FindAsync(bench, plan, await bench.RecordsAsync($"SELECT {staged}, 2"));

        Assert.Equal((1, 0, 1), (found.Rows, found.Inserts, found.Updates));
    }

    internal static async Task<ObjectFindings> FindAsync(LoadBench bench, ObjectPlan plan, IReadOnlyList<byte[]> records, int batch = 1000)
    {
        await using var comparison = (await bench.Destination.OpenComparisonAsync(plan, default))!;
        for (var first = 0; first < records.Count; first += batch)
            await comparison.AddAsync(new StagedBatch(first, [.. records.Skip(first).Take(batch)]), default);
        return await comparison.FindAsync(default);
    }
}
