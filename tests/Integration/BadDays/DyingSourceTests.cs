using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>The source ends in the middle of a COPY: one session of it, or the whole server.</summary>
public sealed class DyingSourceTests(DyingSourceTests.Fixture fixture) : IClassFixture<DyingSourceTests.Fixture>
{
    readonly BadDay _day = fixture.Day;

    public sealed class Fixture : IAsyncLifetime
    {
        public OwnServers Servers { get; private set; } = null!;

        public Network ToSource { get; private set; } = null!;

        public BadDay Day { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Servers = await OwnServers.StartAsync();
            ToSource = new Network(Servers.Source.Private!.Port);
            Day = await BadDay.PrepareAsync(
                environment => environment["FAR_SOURCE"] =
                    new NpgsqlConnectionStringBuilder(environment["TEST_SOURCE"]) { Host = "127.0.0.1", Port = ToSource.Port }.ConnectionString,
                Servers);
        }

        public async Task DisposeAsync()
        {
            await Day.DisposeAsync();
            await ToSource.DisposeAsync();
            await Servers.DisposeAsync();
        }
    }

    [Fact]
    public async Task Session_terminated_in_mid_copy_is_followed_by_another()
    {
        var (job, goOn) = await HoldInMidCopyAsync("cut");

        await _day.Headgate.Source.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'headgate-source' and datname = current_database() and query like 'COPY%' and state = 'active'");
        goOn();

        await _day.ExactAsync(job, "cut");
        // The next try comes within a second: the job does not say for long what it waits for.
        Assert.Contains("Extract failed (object 0, segment 0): unreachable", _day.Headgate.Worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_killed_in_mid_copy_is_read_under_a_new_snapshot_when_it_is_back()
    {
        var (job, goOn) = await HoldInMidCopyAsync("crashed");

        await fixture.Servers.Source.Private!.KillAsync();
        goOn();
        await _day.WaitsForAsync(job, "cannot be reached");
        await fixture.Servers.Source.Private!.RestartAsync();
        _day.Headgate.ForgetConnections();

        await _day.ExactAsync(job, "crashed");
        Assert.NotEqual(0, await _day.Headgate.State.ScalarAsync<long>($"select sum(replans) from coordinator.job_object where job_id = '{job}'"));
    }

    async Task<(Guid Job, Action GoOn)> HoldInMidCopyAsync(string table)
    {
        var pipeline = await _day.PipelineAsync(table, megabytes: 8, source: "env:FAR_SOURCE");
        var hung = fixture.ToSource.HangAfterAsync(3 << 20, toServer: false);
        var job = await _day.RunAsync(pipeline);
        return (job, await hung.WaitAsync(TimeSpan.FromMinutes(1)));
    }
}
