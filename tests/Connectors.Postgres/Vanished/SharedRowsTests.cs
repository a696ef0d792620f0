using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Tests.Destinations;
using Headgate.Contracts.Pipelines;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Vanished;

/// <summary>Rows of a table that others write too, by a partition of it or by what it is one of: they have not vanished.</summary>
public sealed class SharedRowsTests : IAsyncLifetime
{
    LoadBench _bench = null!;

    public async Task InitializeAsync() => _bench = await LoadBench.StartAsync("""
        CREATE TABLE t (id int PRIMARY KEY, headgate_vanished_at timestamptz) PARTITION BY RANGE (id);
        CREATE TABLE "Low" PARTITION OF t FOR VALUES FROM (0) TO (100); CREATE TABLE high PARTITION OF t FOR VALUES FROM (100) TO (200);
        CREATE SCHEMA src; CREATE TABLE src.items (id int PRIMARY KEY);
        """);

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("t", "\"Low\"", OnVanished.Delete)]
    [InlineData("t", "\"Low\"", OnVanished.Mark)]
    [InlineData("\"Low\"", "t", OnVanished.Delete)]
    public async Task A_table_that_shares_rows_with_another_pipelines_can_only_keep(string mine, string others, OnVanished onVanished)
    {
        await PlanAsync(onVanished, mine);
        await LaunchAsync(others);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync(onVanished, mine));

        Assert.Equal("rows-shared", Assert.Single(error.Blocked).Problem.Code);
        Assert.Contains($"through public.{others} too, by pipeline {_bench.Job.PipelineId}", error.Message, StringComparison.Ordinal);
        await PlanAsync(OnVanished.Keep, mine);
        if (mine == "t") await PlanAsync(onVanished, "high");
        // It does not write that table any more.
        await LaunchAsync("high", jobNo: 2);
        await PlanAsync(onVanished, "\"Low\"");
    }

    [Fact]
    public async Task Of_its_own_objects_none_takes_the_rows_of_another()
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync(OnVanished.Delete, "t", "high"));
        Assert.Equal(["rows-shared", "rows-shared"], error.Blocked.Select(each => each.Problem.Code));
        await PlanAsync(OnVanished.Delete, "\"Low\"", "high");
    }

    [Fact]
    public async Task What_could_not_be_seen_before_the_launch_is_refused_by_it()
    {
        await LaunchAsync("\"Low\"");
        var other = _bench.Job with { PipelineId = Guid.NewGuid(), JobId = Guid.NewGuid() };
        await MoveAsync(other, jobNo: 1);
        var plan = (await PlanAsync(OnVanished.Keep, "t"))[0] with { Vanished = OnVanished.Delete };
        var error = await Assert.ThrowsAsync<ConnectorException>(() => _bench.Destination.ApplyChangesAsync(other, [plan], default));
        Assert.Equal("rows-shared", error.Problem.Code);
    }

    /// <summary>Of the bench's pipeline.</summary>
    async Task LaunchAsync(string table, long jobNo = 1)
    {
        var job = jobNo == 1 ? _bench.Job : _bench.Job with { JobId = Guid.NewGuid() };
        await MoveAsync(job, jobNo);
        Assert.NotNull(await _bench.Destination.ApplyChangesAsync(job, await PlanAsync(OnVanished.Keep, table), default));
    }

    async Task MoveAsync(JobTicket job, long jobNo) => Assert.IsType<FenceMoveResult.Moved>(await _bench.Fence.MoveAsync(
        _bench.Move(1, open: true) with { PipelineId = job.PipelineId, JobId = job.JobId, JobNo = jobNo }, default));

    /// <summary>Of another pipeline.</summary>
    async Task<IReadOnlyList<ObjectPlan>> PlanAsync(OnVanished onVanished, params string[] tables)
    {
        await using var source = new Postgres.Sources.PostgresSource(_bench.Database.ConnectionString);
        var objects = tables.Select(to => new ObjectDefinition { From = "src.items", To = to, Key = ["id"] }).ToList();
        var found = await source.DescribeAsync([.. objects.Select((each, no) => (no, each))], default);
        var options = new WriteOptions { Load = new LoadDefinition(), OnVanished = onVanished, PipelineId = Guid.NewGuid() };
        return await _bench.Destination.PlanAsync([.. found.Zip(objects)], options, default);
    }
}
