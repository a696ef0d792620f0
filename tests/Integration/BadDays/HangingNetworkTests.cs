using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Integration.Tests.BadDays;

/// <summary>The network to a database hangs in the middle of a COPY and says nothing, while the database lives on.</summary>
public sealed class HangingNetworkTests(HangingNetworkTests.Fixture fixture) : IClassFixture<HangingNetworkTests.Fixture>
{
    const int Middle = 3 << 20;

    /// <summary>All ways hang at the same time: what is to be seen is how long it takes, and that need not be waited for one by one.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        OwnServers _servers = null!;

        public Network ToSource { get; private set; } = null!;

        public Network ToDestination { get; private set; } = null!;

        public Network ToNowhere { get; private set; } = null!;

        public BadDay Day { get; private set; } = null!;

        public Guid FarSource { get; private set; }

        public Guid FarDestination { get; private set; }

        public Guid LostDestination { get; private set; }

        public DateTimeOffset Since { get; private set; }

        /// <summary>What the job of the far source says while it waits, which it does for a moment only.</summary>
        public Task<string> FarSourceSays { get; private set; } = null!;

        /// <summary>When the job of the lost destination said so.</summary>
        public Task<DateTimeOffset> LostDestinationNamed { get; private set; } = null!;

        /// <summary>Lets the way go on on which nothing gets through.</summary>
        public Action Reconnect { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // Not those that all tests share: a server with a session out of sight cannot drop a database until that session has ended.
            _servers = await OwnServers.StartAsync();
            (ToSource, ToDestination) = (new Network(_servers.Source.Private!.Port), new Network(_servers.Destination.Private!.Port));
            ToNowhere = new Network(_servers.Destination.Private!.Port);
            Day = await BadDay.PrepareAsync(environment =>
            {
                // Nothing is sent again meanwhile: what goes on does so because the hanging read or write was given up.
                environment["HEADGATE_COORDINATOR__STALLAFTER"] = "00:05:00";
                environment["FAR_SOURCE"] = Through(ToSource, environment["TEST_SOURCE"]);
                environment["FAR_DESTINATION"] = Through(ToDestination, environment["TEST_DESTINATION"]);
                environment["LOST_DESTINATION"] = Through(ToNowhere, environment["TEST_DESTINATION"]);
            }, _servers);
            // More than the kernels on the way take in: the server must still be sending.
            var fromFar = await Day.PipelineAsync("from_far", megabytes: 24, source: "env:FAR_SOURCE");
            var toFar = await Day.PipelineAsync("to_far", megabytes: 8, destination: "env:FAR_DESTINATION");
            var toLost = await Day.PipelineAsync("to_lost", megabytes: 8, destination: "env:LOST_DESTINATION");
            var lost = ToNowhere.HangAfterAsync(Middle, toServer: true, dropsAll: true);
            Task[] hung = [ToSource.HangAfterAsync(Middle, toServer: false), ToDestination.HangAfterAsync(Middle, toServer: true), lost];
            (FarSource, FarDestination, LostDestination) = (await Day.RunAsync(fromFar), await Day.RunAsync(toFar), await Day.RunAsync(toLost));
            await Task.WhenAll(hung).WaitAsync(TimeSpan.FromMinutes(1));
            Reconnect = await lost;
            Since = TimeProvider.System.GetUtcNow();
            FarSourceSays = Day.WaitsForAsync(FarSource, "public.from_far", "cannot be reached", "timed out");
            LostDestinationNamed = NameLostAsync();
        }

        async Task<DateTimeOffset> NameLostAsync()
        {
            await Day.WaitsForAsync(LostDestination, "public.to_lost", "cannot be reached", "timed out");
            return TimeProvider.System.GetUtcNow();
        }

        public async Task DisposeAsync()
        {
            await ToSource.DisposeAsync();
            await ToDestination.DisposeAsync();
            await ToNowhere.DisposeAsync();
            await Day.DisposeAsync();
            await _servers.DisposeAsync();
        }

        static string Through(Network network, string connection) =>
            new NpgsqlConnectionStringBuilder(connection) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;
    }

    [Fact]
    public async Task Source_out_of_sight_in_mid_copy_is_read_anew_within_90_s()
    {
        await fixture.FarSourceSays;
        await fixture.Day.ExactAsync(fixture.FarSource, "from_far");
        await WithinAsync(fixture.FarSource);
        await Installation.EventuallyAsync(
            async () => await fixture.Day.Headgate.Source.ScalarAsync<bool>(
                "select not exists (select from pg_stat_activity where datname = current_database() and query like 'COPY%' and xact_start is not null)"),
            () => Task.FromResult("the session that was given up still holds its snapshot"));
    }

    [Fact]
    public async Task Destination_out_of_sight_in_mid_copy_is_written_on_within_90_s()
    {
        await fixture.Day.ExactAsync(fixture.FarDestination, "to_far");
        await WithinAsync(fixture.FarDestination);
    }

    [Fact]
    public async Task Destination_to_which_nothing_gets_through_is_named_and_written_on_when_it_is_back()
    {
        Assert.InRange(await fixture.LostDestinationNamed - fixture.Since, TimeSpan.Zero, TimeSpan.FromSeconds(90));
        fixture.Reconnect();
        await fixture.Day.ExactAsync(fixture.LostDestination, "to_lost");
    }

    [Fact]
    public async Task Servers_are_told_to_find_out_within_a_minute_that_a_worker_is_gone()
    {
        var headgate = fixture.Day.Headgate;
        await headgate.Source.ExecuteAsync("create table kept (id int primary key); insert into kept values (1), (2)");
        await headgate.Destination.ExecuteAsync(
            """
            create table kept (id int primary key,
                idle text default current_setting('tcp_keepalives_idle') || ' ' || current_setting('tcp_user_timeout'))
            """);
        await headgate.ApplyAsync(Pipelines.Of("kept", Pipelines.Object("kept", filter: "current_setting('tcp_keepalives_idle') = '30'")));

        await headgate.CompleteAsync(await fixture.Day.RunAsync("kept"));

        Assert.Equal(2, await headgate.Destination.ScalarAsync<long>("select count(*) from kept where idle = '30 60000'"));
    }

    async Task WithinAsync(Guid job)
    {
        var end = await fixture.Day.Headgate.State.ScalarAsync<DateTimeOffset>($"select finished_at from coordinator.sync_job where job_id = '{job}'");
        Assert.InRange(end - fixture.Since, TimeSpan.Zero, TimeSpan.FromSeconds(90));
    }
}
