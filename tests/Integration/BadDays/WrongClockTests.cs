using System.Globalization;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>The machines do not agree on the time, by hours, or their clocks jump: jobs begin, are retried and complete as on any day.</summary>
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
            environment["FAR_SOURCE"] = Through(network, environment);
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

        await RequireTrueTimesAsync(day, job);
    }

    [Theory]
    [InlineData(9, -9)]
    [InlineData(-9, 9)]
    public async Task Job_goes_on_when_the_clocks_jump_under_it(int whileReading, int whileWriting)
    {
        var server = new NpgsqlConnectionStringBuilder((await SharedServers.PostgresAsync()).ConnectionString);
        await using var network = new Network(server.Port);
        var clock = FakeClock.Make();
        await using var day = await BadDay.PrepareAsync(environment =>
        {
            environment["FAR_SOURCE"] = Through(network, environment);
            FakeClock.Follow(environment, clock);
        });
        var pipeline = await day.PipelineAsync("leap", megabytes: 8, source: "env:FAR_SOURCE");
        var hung = network.HangAfterAsync(3 << 20, toServer: false);
        Guid job;
        await using (await day.Headgate.BlockAsync("leap"))
        {
            job = await day.RunAsync(pipeline);
            var goOn = await hung.WaitAsync(TimeSpan.FromMinutes(1));
            FakeClock.Turn(clock, whileReading);
            goOn();
            await day.Headgate.WorkerBlockedAsync();
            await BelieveAsync(day, whileReading);
            FakeClock.Turn(clock, whileWriting);
        }

        await day.ExactAsync(job, "leap");

        await RequireTrueTimesAsync(day, job);
        Assert.Equal(0, await day.Headgate.State.ScalarAsync<long>($"select sum(replans) from coordinator.job_object where job_id = '{job}'"));
        await day.ExactAsync(await day.RunAsync(await day.PipelineAsync("landed", megabytes: 1)), "landed");
        await BelieveAsync(day, whileWriting);
        File.Delete(clock);
    }

    static string Through(Network network, Dictionary<string, string> environment) =>
        new NpgsqlConnectionStringBuilder(environment["TEST_SOURCE"]) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;

    /// <summary>Log lines bear the time that a process believes in: else nothing would have been tried.</summary>
    static async Task BelieveAsync(BadDay day, int hours)
    {
        var believed = TimeProvider.System.GetUtcNow().AddHours(hours);
        foreach (var service in (ServiceProcess[])[day.Headgate.Coordinator, day.Headgate.Worker])
        {
            await Installation.EventuallyAsync(
                () => Task.FromResult(Says(service, believed) || Says(service, believed.AddMinutes(-3))),
                () => Task.FromResult($"no line bears {Hour(believed)}\n{service.Output}"));
        }
    }

    static bool Says(ServiceProcess service, DateTimeOffset time) => service.Output.Contains($"\"Timestamp\":\"{Hour(time)}", StringComparison.Ordinal);

    static string Hour(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture);

    /// <summary>The state database's times; and nothing was sent again and again for a clock's sake.</summary>
    static async Task RequireTrueTimesAsync(BadDay day, Guid job)
    {
        var (created, finished) = (await TimeAsync(day, job, "created_at"), await TimeAsync(day, job, "finished_at"));
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(created, now.AddMinutes(-2), now.AddSeconds(2));
        Assert.InRange(finished, created, now.AddSeconds(2));
        var again = day.Headgate.Coordinator.Output.Split("has waited too long", StringSplitOptions.None).Length;
        Assert.True(again < 20, $"the coordinator sent again {again.ToString(CultureInfo.InvariantCulture)} times");
    }

    static async Task<DateTimeOffset> TimeAsync(BadDay day, Guid job, string column) =>
        await day.Headgate.State.ScalarAsync<DateTimeOffset>($"select {column} from coordinator.sync_job where job_id = '{job}'");
}
