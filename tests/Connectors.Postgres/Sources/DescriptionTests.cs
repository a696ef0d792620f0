using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

public sealed class DescriptionTests
{
    [Fact]
    public async Task Types_are_resolved()
    {
        var columns = (await DescribeAsync(
            """
            CREATE TYPE mood AS ENUM ('b', 'a'); CREATE DOMAIN base AS numeric(9,2) NOT NULL; CREATE DOMAIN top AS base; CREATE TYPE pair AS (x int);
            CREATE TABLE t (gone int, n int NOT NULL, d top, a varchar(10)[], m mood, r int8range, p pair, da top[], x aclitem);
            ALTER TABLE t DROP gone;
            """)).Columns.ToDictionary(c => c.Name);

        Assert.Equal(["n", "d", "a", "m", "r", "p", "da", "x"], columns.Keys);
        Assert.False(columns["n"].Nullable);
        Assert.Equal(("numeric(9,2)", true), (columns["d"].Type.Sql, columns["d"].Type.BuiltIn));
        Assert.False(columns["d"].Nullable);
        Assert.Equal(("character varying(10)[]", "varchar", FieldTypeKind.Array), (columns["a"].Type.Sql, columns["a"].Type.Element!.Name, columns["a"].Type.Kind));
        Assert.Equal(["b", "a"], columns["m"].Type.Labels);
        Assert.Equal(("public", "mood", "public.mood", FieldTypeKind.Enum), (columns["m"].Type.Schema, columns["m"].Type.Name, columns["m"].Type.Sql, columns["m"].Type.Kind));
        Assert.Equal(FieldTypeKind.Range, columns["r"].Type.Kind);
        Assert.Equal(FieldTypeKind.Composite, columns["p"].Type.Kind);
        Assert.Equal(("numeric(9,2)[]", false), (columns["da"].Type.Sql, columns["da"].Type.BuiltIn));
        Assert.False(columns["x"].Type.Binary);
    }

    [Fact]
    public async Task Unique_keys_are_those_that_hold_for_every_row()
    {
        var description = await DescribeAsync(
            """
            CREATE TABLE t (a int NOT NULL, b int NOT NULL, n int, UNIQUE (b, a), UNIQUE (n), UNIQUE (a) DEFERRABLE);
            CREATE UNIQUE INDEX ON t (b) WHERE b > 0; CREATE UNIQUE INDEX ON t (abs(a)); CREATE UNIQUE INDEX ON t (a) INCLUDE (n);
            """);

        Assert.Equal(["a", "b,a"], description.UniqueKeys.Select(k => string.Join(',', k)).Order());
    }

    [Theory]
    [InlineData("CREATE TABLE t (id int)", true, 0)]
    [InlineData("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000)", true, -1)]
    [InlineData("CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000); ANALYZE t", true, 1000)]
    [InlineData("CREATE TABLE t (id int) PARTITION BY LIST (id); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t DEFAULT; INSERT INTO t SELECT g % 3 FROM generate_series(1, 900) g; ANALYZE t1; ANALYZE t2", true, 900)]
    [InlineData("CREATE VIEW t AS SELECT 1 AS id", false, -1)]
    [InlineData("CREATE MATERIALIZED VIEW t AS SELECT 1 AS id; ANALYZE t", true, 1)]
    [InlineData("CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE t (id int) SERVER s OPTIONS (filename '/dev/null')", false, -1)]
    public async Task Blocks_and_size_follow_the_kind_of_relation(string setup, bool blocks, long rows)
    {
        var description = await DescribeAsync(setup);

        Assert.Equal((blocks, rows), (description.Blocks, description.EstimatedRows));
    }

    [Fact]
    public async Task Three_thousand_objects_are_described_at_once()
    {
        await using var bench = await SourceBench.StartAsync(
            "DO $$ BEGIN FOR i IN 1..3000 LOOP EXECUTE format('CREATE TABLE t%s (id int NOT NULL, a text, b numeric(8,2))', i); IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END $$");

        var described = await bench.Source.DescribeAsync(
            Enumerable.Range(1, 3000).Select(i => (i, SourceBench.Object($"t{i}"))).ToArray(), default);

        Assert.Equal(Enumerable.Range(1, 3000).Select(i => (i, $"public.t{i}")), described.Select(d => (d.ObjectNo, d.Name)));
        Assert.All(described, d => Assert.Equal(3, d.Columns.Count));
    }

    static async Task<SourceObject> DescribeAsync(string setup)
    {
        await using var bench = await SourceBench.StartAsync(setup);
        return Assert.Single(await bench.Source.DescribeAsync([(0, SourceBench.Object("t"))], default));
    }
}
