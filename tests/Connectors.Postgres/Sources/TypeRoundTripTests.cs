using System.Globalization;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class TypeRoundTripTests
{
    /// <summary>A type, what it needs first, and values that are told apart by their text.</summary>
    static readonly (string Type, string[] Values)[] BuiltIn =
    [
        ("int2", ["-32768", "32767"]),
        ("int4", ["-2147483648"]),
        ("int8", ["9223372036854775807"]),
        ("numeric", ["NaN", "0.000000000000000000000001", "-12345678901234567890.5"]),
        ("numeric(12,4)", ["12345678.9012", "-0.0001"]),
        ("numeric(3,0)", ["999"]),
        ("float4", ["NaN", "Infinity", "-Infinity", "-0", "1e-38"]),
        ("float8", ["NaN", "Infinity", "-Infinity", "-0", "0.1", "1.7976931348623157e308"]),
        ("bool", ["true", "false"]),
        ("text", ["", "plain", "quote ' \" \\ tab\t", "žluťoučký 🐎"]),
        ("varchar(20)", ["twenty"]),
        ("char(5)", ["ab"]),
        ("\"char\"", ["x"]),
        ("name", ["a_name"]),
        ("bytea", ["", "\\x00ff10"]),
        ("uuid", ["3f333df6-90a4-4fda-8dd3-9485d27cee36"]),
        ("date", ["0044-03-15 BC", "infinity", "2024-02-29"]),
        ("time", ["23:59:59.999999", "24:00:00"]),
        ("timetz", ["12:00:00+05:30"]),
        ("timestamp", ["infinity", "-infinity", "2024-01-01 00:00:00.000001"]),
        ("timestamptz", ["infinity", "-infinity", "2024-03-31 02:30:00+01"]),
        ("timestamptz(3)", ["2024-03-31 02:30:00.123+00"]),
        ("interval", ["1 year -2 mons +3 days -04:05:06.789"]),
        ("json", ["{\"b\": 1,  \"a\": [null]}"]),
        ("jsonb", ["{\"a\": [1, null, \"x\"]}", "null"]),
        ("jsonpath", ["$.\"a\"[*]?(@ > 1)"]),
        ("xml", ["<a>1</a>"]),
        ("inet", ["10.0.0.1/8", "::1"]),
        ("cidr", ["10.0.0.0/8"]),
        ("macaddr", ["08:00:2b:01:02:03"]),
        ("money", ["12.34"]),
        ("bit(3)", ["101"]),
        ("varbit", ["10101"]),
        ("point", ["(1,2)"]),
        ("polygon", ["((0,0),(1,0),(1,1))"]),
        ("tsvector", ["'cat':3 'fat':2A"]),
        ("tsquery", ["'fat' & 'rat'"]),
        ("pg_lsn", ["16/B374D848"]),
        ("oid", ["4294967295"]),
        ("regclass", ["pg_class"]),
        ("aclitem", ["pg_monitor=r/pg_monitor"]),
        ("int4[]", ["{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[2:3]={5,6}"]),
        ("text[]", ["{a,NULL,\"\",\"x,y\"}"]),
        ("numeric(6,2)[]", ["{1.25,NULL}"]),
        ("timestamptz[]", ["{infinity,\"2024-01-01 00:00:00+00\"}"]),
        ("regclass[]", ["{pg_class,pg_type}"]),
        ("int4range", ["empty", "[1,5)", "(,)"]),
        ("tstzrange", ["[\"2024-01-01 00:00:00+00\",)"]),
        ("numrange[]", ["{\"[1,2)\",empty}"]),
        ("public.mood", ["sad", "so 'so'"]),
        ("public.mood[]", ["{sad,NULL,\"so 'so'\"}"]),
        ("public.posint", ["7"]),
        ("public.posint[]", ["{7,8}"]),
        ("public.price", ["12.30"]),
        ("public.moody", ["sad"]),
    ];

    const string Types =
        """
        CREATE TYPE mood AS ENUM ('sad', 'so ''so''');
        CREATE DOMAIN posint AS int CHECK (VALUE > 0);
        CREATE DOMAIN price AS numeric(8,2);
        CREATE DOMAIN moody AS mood;
        """;

    [Fact]
    public async Task Every_type_arrives_as_it_left()
    {
        await using var bench = await SourceBench.StartAsync(Types);
        await FillAsync(bench, "all types", BuiltIn);

        await AssertArrivesAsync(bench, "\"all types\"");
    }

    [Fact]
    public async Task Types_that_both_sides_made_arrive_as_they_left()
    {
        const string made =
            """
            CREATE EXTENSION hstore; CREATE EXTENSION citext;
            CREATE TYPE pair AS (a int, b text);
            CREATE TYPE span AS RANGE (subtype = float8);
            """;
        await using var bench = await SourceBench.StartAsync(made);
        // Other numbers there than here.
        await bench.To.ExecuteAsync("CREATE TYPE first AS (x int); CREATE DOMAIN second AS int;" + made);
        await FillAsync(bench, "made",
        [
            ("hstore", ["\"a\"=>\"1\", \"b\"=>NULL"]), ("citext", ["MiXed"]), ("citext[]", ["{A,b}"]),
            ("pair", ["(1,\"x y\")"]), ("pair[]", ["{\"(1,x)\",NULL}"]), ("span", ["[1,2.5)"]),
        ]);

        await AssertArrivesAsync(bench, "made");
    }

    [Fact]
    public async Task Multiranges_arrive_as_they_left()
    {
        await using var bench = await SourceBench.StartAsync();
        if (await bench.From.ScalarAsync<int>("SELECT current_setting('server_version_num')::int") < 140000) return;
        await FillAsync(bench, "multi", [("int4multirange", ["{[1,3),[5,9)}", "{}"])]);

        await AssertArrivesAsync(bench, "multi");
    }

    [Fact]
    public async Task Names_of_any_kind_and_composite_keys_arrive_as_they_left()
    {
        await using var bench = await SourceBench.StartAsync(
            """"
            CREATE SCHEMA "Ünder ""Schema""";
            CREATE TABLE "Ünder ""Schema"""."Select From" ("Key One" int, "key""two" text, "żółć" text, "order" int, "UPPER" int, PRIMARY KEY ("key""two", "Key One"));
            INSERT INTO "Ünder ""Schema"""."Select From" SELECT g, 'k' || g % 3, 'v', g, null FROM generate_series(1, 50) g;
            """");

        await AssertArrivesAsync(bench, "\"Ünder \"\"Schema\"\"\".\"Select From\"", "Key One", "key\"two");
    }

    [Fact]
    public async Task A_table_of_400_columns_arrives()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 399).Select(i => $"column_number_{i} int"));
        await using var bench = await SourceBench.StartAsync($"CREATE TABLE wide (id int PRIMARY KEY, {columns}); INSERT INTO wide (id, column_number_398) SELECT g, g FROM generate_series(1, 20) g");

        await AssertArrivesAsync(bench, "wide");
    }

    [Fact]
    public async Task A_text_of_5_MB_arrives()
    {
        await using var bench = await SourceBench.StartAsync(
            "CREATE TABLE long (id int PRIMARY KEY, t text); INSERT INTO long SELECT g, string_agg(md5(i::text || g), '') FROM generate_series(1, 2) g, generate_series(1, 160000) i GROUP BY g");

        await AssertArrivesAsync(bench, "long");
    }

    static async Task FillAsync(SourceBench bench, string table, (string Type, string[] Values)[] types)
    {
        var columns = string.Join(", ", types.Select((t, i) => $"c{i} {t.Type}"));
        await bench.From.ExecuteAsync($"CREATE TABLE \"{table}\" (id int PRIMARY KEY, {columns})");
        var id = 0;
        await bench.From.ExecuteAsync($"INSERT INTO \"{table}\" (id) VALUES ({id++})");
        for (var i = 0; i < types.Length; i++)
        {
            foreach (var value in types[i].Values)
            {
                await using var insert = bench.From.DataSource.CreateCommand(
                    string.Create(CultureInfo.InvariantCulture, $"INSERT INTO \"{table}\" (id, c{i}) VALUES ({id++}, $1::text::{types[i].Type})"));
                insert.Parameters.Add(new() { Value = value });
                await insert.ExecuteNonQueryAsync();
            }
        }
    }

    static async Task AssertArrivesAsync(SourceBench bench, string table, params string[] key)
    {
        var plan = await bench.FullAsync(SourceBench.Object(table, key));

        await bench.LoadAsync(plan.Object, await bench.ReadAsync(plan));

        var content = $"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t";
        var expected = await bench.From.ScalarAsync<string>(content);
        Assert.NotNull(expected);
        Assert.Equal(expected, await bench.To.ScalarAsync<string>(content));
        // Once the table is there, nothing is left to change.
        Assert.Empty((await bench.PlanAsync(SourceBench.Object(table, key))).Changes);
    }
}
