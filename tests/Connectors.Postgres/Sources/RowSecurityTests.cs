using Headgate.Connectors.Conformance;
using Headgate.Connectors.Postgres.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>Policies at the source that leave records out.</summary>
public sealed class RowSecurityTests
{
    [Theory]
    [InlineData("t", OnVanished.Delete, null)]
    [InlineData("t", OnVanished.Mark, null)]
    [InlineData("v", OnVanished.Delete, null)]
    [InlineData("t", OnVanished.Keep, "public.t")]
    public async Task A_read_that_a_policy_makes_a_part_shows_nothing_of_what_vanished_and_replaces_no_table(
        string from, OnVanished onVanished, string? replaces)
    {
        var reader = $"reader_{Guid.NewGuid():N}";
        await using var bench = await SourceBench.StartAsync($"""
            CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10);
            CREATE ROLE {reader} LOGIN PASSWORD 'p';
            CREATE VIEW v AS SELECT * FROM t; ALTER VIEW v OWNER TO {reader}; GRANT SELECT ON t TO {reader};
            """);
        var connection = new NpgsqlConnectionStringBuilder(bench.From.ConnectionString) { Username = reader, Password = "p" };
        await using (var source = new PostgresSource(connection.ConnectionString))
        {
            var full = await bench.FullAsync(SourceBench.Object(from));
            var plan = full with { Object = full.Object with { Vanished = onVanished, Replaces = replaces } };
            await using var snapshot = await source.OpenSnapshotAsync(TimeSpan.Zero, default);
            await source.CheckAsync(plan, snapshot.Id, default);
            var range = (await source.PlanSegmentsAsync(plan, snapshot.Id, default))[0];

            await bench.From.ExecuteAsync("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id < 5)");

            var check = await Assert.ThrowsAsync<ConnectorException>(() => source.CheckAsync(plan, snapshot.Id, default));
            Assert.Equal("row-security", Assert.Single(check.Blocked).Problem.Code);
            Assert.Contains(replaces ?? "onVanished", check.Message, StringComparison.Ordinal);
            var read = await Assert.ThrowsAsync<ConnectorException>(() => source.ExtractAsync(plan, range, snapshot.Id, new StagedRecords(), default));
            Assert.Equal(("row-security", false), (read.Problem.Code, read.Problem.Retryable));
            await source.CheckAsync(full, snapshot.Id, default);
        }

        await bench.From.ExecuteAsync($"DROP OWNED BY {reader}; DROP ROLE {reader}");
    }
}
