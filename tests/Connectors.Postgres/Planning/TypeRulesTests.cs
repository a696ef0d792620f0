using Headgate.Connectors.Postgres.Tests.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

public sealed class TypeRulesTests
{
    const string Made =
        """
        CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN posint AS int; CREATE DOMAIN short AS varchar(5);
        CREATE TYPE pair AS (x int); CREATE TYPE span AS RANGE (subtype = float8);
        """;

    /// <summary>Source, destination, and what is planned: bare, the cast, "text" for a cast on both sides, "checked" for one at the destination only, "no" for a mismatch.</summary>
    public static readonly TheoryData<string, string, string> Cases = new()
    {
        { "int4", "int4", "bare" },
        { "int4", "posint", "bare" },
        { "posint", "int4", "bare" },
        { "posint", "int8", "int8" },
        { "int2", "int4", "int4" },
        { "int2", "numeric", "numeric" },
        { "int4", "numeric(12,2)", "numeric" },
        { "int4", "numeric(10,2)", "no" },
        { "int8", "int4", "no" },
        { "int8", "float8", "no" },
        { "float4", "float8", "float8" },
        { "float8", "float4", "no" },
        { "numeric", "numeric(10,2)", "no" },
        { "numeric(10,2)", "numeric", "bare" },
        { "numeric(10,2)", "numeric(12,4)", "bare" },
        { "numeric(10,2)", "numeric(11,4)", "no" },
        { "numeric(10,2)[]", "numeric(8,2)[]", "no" },
        { "varchar(50)", "varchar(10)", "checked" },
        { "varchar(5)", "varchar(10)", "bare" },
        { "varchar(50)", "text", "bare" },
        { "text", "varchar(10)", "checked" },
        { "text", "short", "checked" },
        { "bpchar(5)", "text", "text→" },
        { "name", "text", "text→" },
        { "text", "bpchar(5)", "no" },
        { "bpchar(5)", "bpchar(3)", "bare" },
        { "int4", "text", "text→" },
        { "jsonb", "varchar", "varchar" },
        { "jsonb", "varchar(10)", "text" },
        { "int4[]", "text", "text→" },
        { "mood", "text", "text→" },
        { "text", "int4", "no" },
        { "json", "jsonb", "no" },
        { "date", "timestamp", "timestamp" },
        { "date", "timestamptz", "no" },
        { "timestamp", "timestamptz", "no" },
        { "timestamptz", "timestamptz(3)", "no" },
        { "timestamptz(3)", "timestamptz", "bare" },
        { "interval", "interval day", "no" },
        { "int4[]", "int4[]", "bare" },
        { "int4[]", "int8[]", "no" },
        { "text[]", "text[]", "bare" },
        { "int4range", "int4range", "bare" },
        { "span", "span", "bare" },
        { "mood", "mood", "bare" },
        { "mood[]", "mood[]", "text" },
        { "mood", "mood[]", "no" },
        { "posint[]", "int4[]", "integer[]" },
        { "posint[]", "text", "text→" },
        { "pair", "pair", "text" },
        { "pair[]", "pair[]", "text" },
        { "regclass", "regclass", "text" },
        { "regclass[]", "regclass[]", "text" },
        { "aclitem", "aclitem", "text" },
        { "xml", "xml", "bare" },
    };

    [Fact]
    public async Task Each_pair_of_types_travels_as_it_should()
    {
        await using var bench = await SourceBench.StartAsync(Made);
        await bench.To.ExecuteAsync(Made);
        var failures = new List<string>();
        var number = 0;
        foreach (var data in Cases)
        {
            var (source, destination, expected) = ((string)data[0], (string)data[1], (string)data[2]);
            var table = $"t{number++}";
            await bench.From.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY, c {source})");
            await bench.To.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY, c {destination})");
            var actual = await OutcomeAsync(bench, table);
            if (actual != expected) failures.Add($"{source} to {destination}: {actual}, not {expected}");
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task The_staged_type_is_the_destinations_base_with_its_modifier()
    {
        await using var bench = await SourceBench.StartAsync(Made + "CREATE TABLE t (id int PRIMARY KEY, a numeric(8,2), b int, c text)");
        await bench.To.ExecuteAsync(Made + "CREATE TABLE t (id int PRIMARY KEY, a numeric(9,3), b posint, c short)");

        var fields = (await bench.PlanAsync(SourceBench.Object("t"))).Fields;

        Assert.Equal(
            [("integer", "integer"), ("numeric(9,3)", "numeric(9,3)"), ("integer", "public.posint"), ("text", "public.short")],
            fields.Select(f => (f.StagedType, f.DestinationType)));
    }

    static async Task<string> OutcomeAsync(SourceBench bench, string table)
    {
        try
        {
            var field = (await bench.PlanAsync(SourceBench.Object(table))).Fields[1];
            if (field.DestinationCast) return field.SourceCast is null ? "checked" : field.SourceCast == field.StagedType ? field.StagedType : "odd";
            var cast = field.SourceCast?.Replace("pg_catalog.", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
            return cast == "text" ? "text→" : cast ?? "bare";
        }
        catch (ConnectorException e) when (e.Problem.Code == "type-mismatch")
        {
            return "no";
        }
    }
}
