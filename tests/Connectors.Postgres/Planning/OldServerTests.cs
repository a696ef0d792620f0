using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

/// <summary>Destinations of versions that lack something, by the number that they give.</summary>
public sealed class OldServerTests
{
    static readonly ObjectDefinition T = SourceBench.Object("t");

    [Theory]
    [InlineData(null)]
    [InlineData("CREATE TABLE t (id int PRIMARY KEY)")]
    public async Task What_only_later_servers_can_do_is_refused_when_planned(string? table)
    {
        await using var bench = await SourceBench.StartAsync("CREATE TABLE t (id int PRIMARY KEY)");
        if (table is not null) await bench.To.ExecuteAsync(table);
        var source = (await bench.Source.DescribeAsync([(0, T)], default))[0];
        var subject = new PlanSubject(source, T, QualifiedName.Parse("t"));
        var options = new WriteOptions { Load = new LoadDefinition() };
        var catalog = await CatalogSession.ReadAsync(
            bench.To.DataSource, session => DestinationCatalog.ReadAsync(session, [subject.Target], [source], options, default), default);
        Assert.InRange(catalog.Version.Major, 14, 99);

        ObjectPlan Plan(int version, OnVanished onVanished) => DestinationPlanner.Plan(
            subject, 0, catalog with { Version = new Version(version, 9) }, new SharedChanges(catalog),
            options with { OnVanished = onVanished });

        foreach (var onVanished in new[] { OnVanished.Mark, OnVanished.Delete })
        {
            var error = Assert.Throws<ConnectorException>(() => Plan(13, onVanished));
            Assert.Equal(("server-old", false), (error.Problem.Code, error.Problem.Retryable));
            Assert.Contains($"Object public.t: rule onVanished: {onVanished} needs", error.Message, StringComparison.OrdinalIgnoreCase);
            Assert.NotNull(Plan(14, onVanished));
        }

        Assert.NotNull(Plan(13, OnVanished.Keep));
    }
}
