using Headgate.Connectors.Changes;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.ChangeLog;

public sealed class WantedKeyTests
{
    [Theory]
    [InlineData("uuid", "'00000000-0000-0000-0000-00000000000a'", "00000000-0000-0000-0000-00000000000A", true)]
    [InlineData("int", "7", "007", true)]
    [InlineData("char(4)", "'eu'", "eu", true)]
    [InlineData("varchar(3)", "'abc'", "abcd", false)]
    [InlineData("numeric(10,2)", "1.01", "1.005", false)]
    [InlineData("text", "'a'", "a ", false)]
    public async Task Key_is_taken_as_its_type_takes_it_and_never_for_another_one(string type, string value, string typed, bool isFound)
    {
        foreach (var empty in (bool[])[true, false])
        {
            await using var bench = await LoadBench.StartAsync($"CREATE TABLE items (id {type} PRIMARY KEY, n int)");
            var plan = await bench.PlanAsync("items", ["id"], directCopy: empty);
            await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
            await bench.LoadAsync(plan, $"SELECT {value}::{type}, 1", empty: empty);

            Assert.Equal(isFound ? 1 : 0, await CountAsync(bench, typed));
        }
    }

    [Fact]
    public async Task Key_of_a_domain_that_refuses_it_is_told_as_such()
    {
        await using var bench = await LoadBench.StartAsync("CREATE DOMAIN code AS int CHECK (value < 100); CREATE TABLE items (id code PRIMARY KEY, n int)");
        var plan = await bench.PlanAsync("items", ["id"]);
        await bench.Destination.ApplyChangesAsync(bench.Job, [plan], default);
        await bench.LoadAsync(plan, "SELECT 7, 1");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => CountAsync(bench, "700"));

        Assert.Equal(ChangeProblems.Key, error.Problem.Code);
    }

    static async Task<int> CountAsync(LoadBench bench, string id)
    {
        var query = new ChangeQuery { JobId = bench.Job.JobId, Key = new Dictionary<string, string> { ["id"] = id } };
        for (var count = 0; ;)
        {
            var page = await bench.Destination.ReadChangesAsync(query, default);
            count += page.Changes.Count;
            if (page.IsLast) return count;
            query = query with { After = page.Upto };
        }
    }
}
