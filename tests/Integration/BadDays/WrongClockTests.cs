using System.Globalization;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>The machines do not agree on the time, by hours: jobs begin, are retried and complete as on any day.</summary>
public sealed class WrongClockTests
{
    [Theory]
    [InlineData("+3h", "-3h")]
    [InlineData("-3h", "+3h")]
    public async Task Job_begins_is_retried_and_completes(string coordinators, string workers)
    {
        var server = new NpgsqlConnectionStringBuilder((await SharedServers.PostgresAsync()).ConnectionString);
        await using var network = new Network(server.Port);
        await using var day = await BadDay.PrepareAsync(environment =>
        {
            environment["FAR_SOURCE"] =
                new NpgsqlConnectionStringBuilder(environment["TEST_SOURCE"]) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;
            FakeClock.Set(environment, coordinators);
        });
        var headgate = day.Headgate;
        await headgate.Worker.KillAsync();
        FakeClock.Set(headgate.Environment, workers);
        await headgate.StartWorkerAsync();
        FakeClock.Reset(headgate.Environment);
        var pipeline = await day.PipelineAsync("late", megabytes: 4, source: "env:FAR_SOURCE");

        network.LeadTo(1);
        var job = await day.RunAsync(pipeline);
        await day.WaitsForAsync(job, "source", "cannot be reached");
        network.LeadTo(server.Port);
        await day.ExactAsync(job, "late");

        var (created, finished) = (await TimeAsync(day, job, "created_at"), await TimeAsync(day, job, "finished_at"));
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(created, now.AddMinutes(-2), now.AddSeconds(2));
        Assert.InRange(finished, created, now.AddSeconds(2));
        var again = headgate.Coordinator.Output.Split("has waited too long", StringSplitOptions.None).Length;
        Assert.True(again < 20, $"the coordinator sent again {again.ToString(CultureInfo.InvariantCulture)} times");
    }

    static async Task<DateTimeOffset> TimeAsync(BadDay day, Guid job, string column) =>
        await day.Headgate.State.ScalarAsync<DateTimeOffset>($"select {column} from coordinator.sync_job where job_id = '{job}'");
}
