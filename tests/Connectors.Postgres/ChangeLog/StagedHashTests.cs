using System.Buffers.Binary;
using System.IO.Hashing;
using Headgate.Connectors.Conformance;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

/// <summary>From the source's column to the destination's, whose type is another.</summary>
public sealed class StagedHashTests
{
    [Theory]
    [InlineData("int", "numeric(12,2)", "7", false)]
    [InlineData("numeric(10,2)", "numeric(12,4)", "1.25", false)]
    [InlineData("char(3)", "char(5)", "'ab'", false)]
    [InlineData("char(5)", "varchar(10)", "'ab'", false)]
    [InlineData("varchar(50)", "varchar(10)", "'ab'", false)]
    [InlineData("int", "numeric", "7", true)]
    [InlineData("numeric(10,2)", "numeric", "1.25", true)]
    [InlineData("numeric(10,2)", "numeric(12,2)", "1.25", true)]
    [InlineData("varchar(5)", "varchar(10)", "'ab  '", true)]
    [InlineData("varchar(5)", "text", "'ab  '", true)]
    [InlineData("text", "varchar", "'ab  '", true)]
    [InlineData("char(5)", "text", "'ab'", true)]
    [InlineData("timestamp(3)", "timestamp(6)", "'2020-01-01 00:00:00.123'", true)]
    [InlineData("date", "timestamp(0)", "'2020-01-01'", true)]
    [InlineData("numeric(10,2)[]", "numeric(10,2)[]", "'{1.25}'", true)]
    [InlineData("numeric(10,2)[]", "numeric(12,4)[]", "'{1.25}'", false)]
    [InlineData("int", "bigint", "7", true)]
    [InlineData("posint", "posint", "7", true)]
    [InlineData("cents", "cents", "7", true)]
    public async Task What_is_copied_is_hashed_as_the_table_holds_it(string from, string to, string value, bool directCopy)
    {
        await using var bench = await LoadBench.StartAsync(Made + $"CREATE TABLE items (id int PRIMARY KEY, v {to})");
        var (plan, records) = await StageAsync(bench, from, value);

        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(1, empty: true), plan, records));

        Assert.Equal(directCopy, plan.DirectCopy);
        Assert.Equal(directCopy ? 1 : 0, await bench.Database.ScalarAsync<long>("SELECT count(*) FROM headgate.change_block"));
        if (!directCopy) return;
        var stored = (await bench.RecordsAsync("SELECT * FROM items"))[0];
        var hash = await bench.Database.ScalarAsync<byte[]>("SELECT hashes FROM headgate.change_block");
        Assert.Equal(XxHash3.HashToUInt64(stored), BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    [Theory]
    [InlineData("text", "varchar(3)", "'abc  '")]
    [InlineData("varchar(5)", "varchar(3)", "'abc  '")]
    [InlineData("text", "short", "'abc  '")]
    [InlineData("json", "varchar(3)", "'123  '")]
    [InlineData("text", "varchar(3)", "'abcd'")]
    public async Task A_text_too_long_is_rejected_also_where_only_blanks_would_be_lost(string from, string to, string value)
    {
        await using var bench = await LoadBench.StartAsync(Made + $"CREATE TABLE items (id int PRIMARY KEY, v {to})");
        var (plan, records) = await StageAsync(bench, from, value);

        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(1, empty: true), plan, records));

        Assert.Equal(["(22001)"], await bench.RowsAsync("SELECT sqlstate FROM headgate.rejected"));
    }

    [Theory]
    [InlineData("text", "varchar(3)", "'ab '")]
    [InlineData("text", "short", "'äöü'")]
    [InlineData("text", "varchar(3)", "NULL")]
    public async Task A_text_that_fits_arrives_whole(string from, string to, string value)
    {
        await using var bench = await LoadBench.StartAsync(Made + $"CREATE TABLE items (id int PRIMARY KEY, v {to})");
        var (plan, records) = await StageAsync(bench, from, value);

        Assert.Null(await SegmentLoop.RunAsync(bench.Destination, bench.Ticket(1, empty: true), plan, records));

        Assert.Equal(1, await bench.Database.ScalarAsync<long>($"SELECT count(*) FROM items WHERE v::text IS NOT DISTINCT FROM {value}::text"));
    }

    const string Made =
        """
        CREATE DOMAIN posint AS int CHECK (value > 0); CREATE DOMAIN cents AS numeric(10, 2);
        CREATE DOMAIN three AS varchar(3); CREATE DOMAIN short AS three;
        """;

    static async Task<(ObjectPlan Plan, IReadOnlyList<byte[]> Records)> StageAsync(LoadBench bench, string type, string value)
    {
        await using var source = await SourceBench.StartAsync(
            Made + $"CREATE TABLE items (id int PRIMARY KEY, v {type}); INSERT INTO items VALUES (1, {value})");
        var definition = SourceBench.Object("items");
        var described = await source.Source.DescribeAsync([(0, definition)], default);
        var plan = (await DestinationPlanner.PlanAsync(
            bench.Database.DataSource, [(described[0], definition)], new WriteOptions { Load = new LoadDefinition() }, default))[0];
        var segments = await source.ReadAsync(new Connectors.Sources.ReadPlan { Object = plan, Upper = DateTimeOffset.MaxValue });
        return (plan, StagedBatch.Split(segments.SelectMany(s => s.ToArray()).ToArray()));
    }
}
