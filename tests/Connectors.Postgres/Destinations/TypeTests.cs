using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Destinations;

/// <summary>All kinds of types and tables, by both paths, to the last bit.</summary>
public sealed class TypeTests
{
    const string Columns = """
        id bigint PRIMARY KEY, b bool, c char(5), bp bpchar, v varchar(10), t text, i2 int2, r real, d float8, n numeric, nn numeric(10, 2), m money,
        da date, ti time, tz timetz, ts timestamp(3), tstz timestamptz, iv interval, u uuid, by bytea, j json, jb jsonb, x xml, p point, bx box, pa path,
        ci cidr, ine inet, mac macaddr, bi bit(4), vb varbit, tsv tsvector, r4 int4range, mr nummultirange, ai int[], at text[][], an numeric[], q "char",
        mood public."Mood", moods public."Mood"[], "Strange ""name" text, dom public.small, comp public.pair
        """;

    const string Values = """
        SELECT 1::bigint, true, 'ab'::char(5), 'trail  '::bpchar, 'vv'::varchar(10), 'ünï'::text, 7::int2, '-0'::real, '-0'::float8, 1.00::numeric,
            1.00::numeric(10, 2), 12.5::money, 'infinity'::date, '24:00'::time, '12:00:00.5+02'::timetz, '2020-01-01 00:00:00.123'::timestamp(3),
            '-infinity'::timestamptz, '1 mon -3 days 00:00:01.5'::interval, '3f2504e0-4f89-11d3-9a0c-0305e82c3301'::uuid, '\x00ff'::bytea,
            '{"b":1, "a" :  1}'::json, '{"b":1.0}'::jsonb, '<a>x</a>'::xml, '(1,2)'::point, '((1,1),(0,0))'::box, '[(0,0),(1,1)]'::path,
            '10.0.0.0/8'::cidr, '10.0.0.1/8'::inet, '08:00:2b:01:02:03'::macaddr, B'1010'::bit(4), B'101'::varbit, 'a b'::tsvector,
            '[1,5)'::int4range, '{[1,2],[3,4)}'::nummultirange, '[0:2]={1,NULL,3}'::int[], '{{a,b},{"c d",NULL}}'::text[], '{1.0,NaN}'::numeric[],
            'q'::"char", 'happy'::public."Mood", '{sad,happy}'::public."Mood"[], 'quoted'::text, 5::public.small, ROW(1, 'x')::public.pair
        """;

    const string Setup = $"""
        CREATE TYPE public."Mood" AS ENUM ('sad', 'happy');
        CREATE DOMAIN public.small AS int CHECK (value < 10);
        CREATE TYPE public.pair AS (a int, b text);
        CREATE TABLE items ({Columns});
        CREATE TABLE source ({Columns});
        INSERT INTO source {Values};
        INSERT INTO source (id) VALUES (2);
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_type_arrives_as_it_was(bool direct)
    {
        await using var bench = await LoadBench.StartAsync(Setup);
        var plan = await bench.PlanAsync("items", ["id"], directCopy: direct);

        await bench.LoadAsync(plan, "SELECT * FROM source", empty: true);
        var again = await bench.LoadAsync(plan, "SELECT * FROM source", segment: 1);

        Assert.Equal(await bench.RowsAsync("SELECT * FROM source ORDER BY id"), await bench.RowsAsync("SELECT * FROM items ORDER BY id"));
        Assert.Equal(2, again.Unchanged);
        Assert.Equal(direct ? 1 : 0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change_block"));
    }

    [Fact]
    public async Task A_change_in_any_one_field_is_found_and_logged_in_that_field()
    {
        await using var bench = await LoadBench.StartAsync(Setup);
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Database.ExecuteAsync("INSERT INTO items SELECT * FROM source");
        var names = plan.Fields.Skip(1).Select(f => $"\"{f.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"").ToArray();

        for (var i = 0; i < names.Length; i++)
        {
            // Each record 2 carries one value of record 1 more than before.
            var columns = names.Select((n, k) => k <= i ? $"a.{n}" : $"b.{n}");
            var counts = await bench.LoadAsync(
                plan, $"SELECT b.id, {string.Join(", ", columns)} FROM source a, source b WHERE a.id = 1 AND b.id = 2", segment: i);
            Assert.True(counts.Updated == 1, names[i]);
        }

        Assert.Equal(
            plan.Fields.Skip(1).Select((_, i) => i + 2),
            await bench.Database.ScalarAsync<int[]>("""
                SELECT array_agg((SELECT i FROM generate_subscripts(after, 1) i WHERE before[i] IS DISTINCT FROM after[i]) ORDER BY segment_no)
                FROM headgate.change WHERE operation = 'update'
                """));
    }

    [Theory]
    [InlineData("numeric", "1.0", "1.00")]
    [InlineData("numeric", "NaN", "1")]
    [InlineData("numeric", "Infinity", "-Infinity")]
    [InlineData("float8", "0", "-0")]
    [InlineData("float8", "NaN", "1")]
    [InlineData("json", "{\"a\":1}", "{\"a\": 1}")]
    [InlineData("jsonb", "1.0", "1.00")]
    [InlineData("interval", "30 days", "1 mon")]
    [InlineData("timetz", "12:00:00+00", "13:00:00+01")]
    [InlineData("bpchar", "a", "a  ")]
    [InlineData("numeric[]", "{1.0}", "{1.00}")]
    [InlineData("text COLLATE public.nocase", "a", "A")]
    [InlineData("public.citext", "a", "A")]
    public async Task Values_that_are_equal_but_not_the_same_are_replaced_and_logged(string type, string old, string @new)
    {
        await using var bench = await LoadBench.StartAsync($"""
            CREATE EXTENSION citext; CREATE COLLATION public.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE items (id int PRIMARY KEY, v {type}); INSERT INTO items VALUES (1, '{old}');
            """);
        var plan = await bench.PlanAsync("items", ["id"]);
        var staged = type.Split(' ')[0];

        Assert.Equal(1, (await bench.LoadAsync(plan, $"SELECT 1, '{old}'::{staged}")).Unchanged);
        Assert.Equal(1, (await bench.LoadAsync(plan, $"SELECT 1, '{@new}'::{staged}", segment: 1)).Updated);
        Assert.Equal(1, (await bench.LoadAsync(plan, $"SELECT 1, '{@new}'::{staged}", segment: 2)).Unchanged);

        Assert.Equal([$"{old}>{@new}"], (await bench.Database.ScalarAsync<string[]>("SELECT array_agg(before[2] || '>' || after[2]) FROM headgate.change"))!);
    }

    [Fact]
    public async Task Keys_meet_by_the_rules_of_their_own_index()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE EXTENSION citext; CREATE TABLE items (k public.citext PRIMARY KEY, v int); INSERT INTO items VALUES ('Abc', 1);
            """);
        var plan = await bench.PlanAsync("items", ["k"]);

        var counts = await bench.LoadAsync(plan, "SELECT 'aBC'::public.citext, 2 UNION ALL SELECT 'new', 1");

        Assert.Equal((1, 1), (counts.Inserted, counts.Updated));
        Assert.Equal(["(Abc,2)", "(new,1)"], await bench.RowsAsync("SELECT * FROM items ORDER BY k"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Records_that_only_the_destination_takes_for_one_are_written_in_order(bool existing)
    {
        await using var bench = await LoadBench.StartAsync("CREATE EXTENSION citext; CREATE TABLE items (k public.citext PRIMARY KEY, v int)");
        if (existing) await bench.Database.ExecuteAsync("INSERT INTO items VALUES ('a', 0), ('b', 0)");
        var plan = await bench.PlanAsync("items", ["k"]);

        await bench.LoadAsync(plan, "SELECT v::public.citext, o::int FROM unnest(ARRAY['a', 'A', 'b', 'B', 'c']) WITH ORDINALITY AS x (v, o)");

        Assert.Equal(["2", "4", "5"], (await bench.RowsAsync("SELECT v FROM items ORDER BY k")).Select(r => r.Trim('(', ')')));
    }

    [Fact]
    public async Task The_destination_casts_what_is_staged_under_another_type_and_cuts_nothing_off()
    {
        await using var bench = await LoadBench.StartAsync("""
            CREATE TYPE public."Mood" AS ENUM ('sad', 'happy');
            CREATE TABLE items (id int PRIMARY KEY, moods public."Mood"[], v varchar(3), n numeric(5, 1), c char(3));
            """);
        var plan = await bench.PlanAsync("items", ["id"], casts: [("moods", "text"), ("v", "text"), ("n", "numeric"), ("c", "text")]);

        var counts = await bench.LoadAsync(plan, """
            SELECT 1, '{sad,happy}'::text, 'abc'::text, 1.25::numeric, 'a'::text UNION ALL SELECT 2, NULL, 'abcd', 1, 'a'
            UNION ALL SELECT 3, '{none}', 'a', 1, 'a' UNION ALL SELECT 4, NULL, NULL, NULL, 'toolong'
            """);

        Assert.Equal((1, 3), (counts.Inserted, counts.Rejected));
        Assert.Equal(["(1,\"{sad,happy}\",abc,1.3,\"a  \")"], await bench.RowsAsync("SELECT * FROM items"));
        Assert.Equal(["(22001)", "(22P02)", "(22001)"], await bench.RowsAsync("SELECT sqlstate FROM headgate.rejected ORDER BY row_no"));
    }

    [Theory]
    [InlineData("public.\"Odd \"\"Table\"", "CREATE TABLE public.\"Odd \"\"Table\" (id int PRIMARY KEY, note text)", true)]
    [InlineData("ident", "CREATE TABLE ident (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)", true)]
    [InlineData("gen", "CREATE TABLE gen (id int PRIMARY KEY, note text, twice int GENERATED ALWAYS AS (id * 2) STORED)", true)]
    [InlineData("parts", "CREATE TABLE parts (id int PRIMARY KEY, note text) PARTITION BY HASH (id); CREATE TABLE p0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE p1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1)", false)]
    public async Task Tables_of_all_kinds_take_inserts_and_updates_by_both_paths(string table, string create, bool single)
    {
        await using var bench = await LoadBench.StartAsync(create);
        var plan = await bench.PlanAsync(table, ["id"], directCopy: true);
        Assert.Equal(single, plan.SingleTable);

        var copied = await bench.LoadAsync(plan, "SELECT i, 'note' FROM generate_series(1, 10) i", empty: true);
        var upserted = await bench.LoadAsync(plan, "SELECT i, CASE WHEN i > 5 THEN 'new' ELSE 'note' END FROM generate_series(1, 20) i", segment: 1);

        Assert.Equal((10, 10, 5, 5), (copied.Inserted, upserted.Inserted, upserted.Updated, upserted.Unchanged));
        Assert.Equal(15, await bench.Database.ScalarAsync<long>($"SELECT count(*) FROM {plan.To} WHERE note = 'new'"));
    }

    [Fact]
    public async Task Four_hundred_columns_are_no_trouble()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 400).Select(i => $"c{i} {(i % 3 == 0 ? "text" : i % 3 == 1 ? "numeric" : "timestamptz")}"));
        var values = string.Join(", ", Enumerable.Range(0, 400).Select(i => i % 3 == 0 ? "'v' || i" : i % 3 == 1 ? "i::numeric" : "now() + i * interval '1 s'"));
        await using var bench = await LoadBench.StartAsync($"CREATE TABLE wide (id int PRIMARY KEY, {columns})");
        var plan = await bench.PlanAsync("wide", ["id"], directCopy: true);

        await bench.LoadAsync(plan, $"SELECT i, {values} FROM generate_series(1, 100) i", empty: true);
        var counts = await bench.LoadAsync(plan, $"SELECT i, {values} FROM (SELECT i::int FROM generate_series(1, 100) i) i", segment: 1, batch: 40);

        Assert.Equal(100, counts.Updated);
    }
}
