using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>Rights that are missed before a job is launched, not once it has loaded everything.</summary>
public sealed class RightsTests
{
    const string Partitioned = """
        CREATE SCHEMA parts;
        CREATE TABLE t (id int PRIMARY KEY, n text, headgate_vanished_at timestamptz) PARTITION BY RANGE (id);
        CREATE TABLE parts.low PARTITION OF t FOR VALUES FROM (0) TO (100);
        GRANT SELECT, INSERT, UPDATE, DELETE ON t TO writer;
        """;

    [Theory]
    [InlineData(Partitioned, OnVanished.Delete, "GRANT SELECT, DELETE ON parts.low TO writer; GRANT USAGE ON SCHEMA parts TO writer")]
    [InlineData(Partitioned + "GRANT USAGE ON SCHEMA parts TO writer", OnVanished.Delete, "GRANT SELECT, DELETE ON parts.low TO writer")]
    [InlineData(Partitioned + "GRANT SELECT, DELETE ON parts.low TO writer", OnVanished.Delete, "GRANT USAGE ON SCHEMA parts TO writer")]
    [InlineData(Partitioned, OnVanished.Mark, "GRANT SELECT, UPDATE (headgate_vanished_at) ON parts.low TO writer; GRANT USAGE ON SCHEMA parts TO writer")]
    [InlineData("""
        CREATE TABLE t (id int PRIMARY KEY, n text, secret text);
        GRANT SELECT (id, n), INSERT, UPDATE, DELETE ON t TO writer
        """, OnVanished.Delete, "GRANT SELECT ON t TO writer")]
    public async Task Rights_that_deleting_or_marking_takes_are_missed_when_planned(string table, OnVanished onVanished, string grant)
    {
        var writer = $"writer_{Guid.NewGuid():N}";
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY, n text)");
        await bench.To.ExecuteAsync($"CREATE ROLE {writer} LOGIN PASSWORD 'p'; {table.Replace("writer", writer, StringComparison.Ordinal)}");
        var connection = new NpgsqlConnectionStringBuilder(bench.To.ConnectionString) { Username = writer, Password = "p" };
        await using (var destination = new PostgresDestination(connection.ConnectionString))
        {
            var sources = await bench.Source.DescribeAsync([(0, SourceBench.Object("t"))], default);
            Task<IReadOnlyList<ObjectPlan>> PlanAsync(OnVanished vanished) => destination.PlanAsync(
                [(sources[0], SourceBench.Object("t"))], new WriteOptions { Load = new LoadDefinition(), OnVanished = vanished }, default);

            Assert.Equal("permission", (await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync(onVanished))).Problem.Code);
            await PlanAsync(OnVanished.Keep);
            await bench.To.ExecuteAsync(grant.Replace("writer", writer, StringComparison.Ordinal));
            await PlanAsync(onVanished);
        }

        await bench.To.ExecuteAsync($"DROP OWNED BY {writer}; DROP ROLE {writer}");
    }
}
