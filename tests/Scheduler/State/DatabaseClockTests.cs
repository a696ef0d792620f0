using Headgate.Hosting.State;
using Headgate.Scheduler.State;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.Scheduler.Tests.State;

/// <summary>The database's time, as it is counted on from.</summary>
public sealed class DatabaseClockTests
{
    [Fact]
    public async Task Answer_that_took_long_does_not_set_the_clock_back()
    {
        await using var database = await TestDatabase.CreateAsync("clock");
        await database.ExecuteAsync(
            """
            create table answering (takes double precision not null);
            insert into answering values (0);
            create function clock_timestamp() returns timestamptz language plpgsql as $$
            declare told timestamptz := pg_catalog.clock_timestamp();
            begin perform pg_sleep(takes) from answering; return told; end $$;
            """);
        await using var state = new SchedulerState(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "public,pg_catalog" }.ConnectionString);
        var clock = new DatabaseClock();
        await clock.SetAsync(state.Source, default);

        await database.ExecuteAsync("update answering set takes = 1.2");
        await clock.SetAsync(state.Source, default);
        Assert.InRange(await BehindAsync(database, clock), double.MinValue, 0.4);
        // Half of it was spent before the database looked at its clock, as far as anybody knows.
        await database.ExecuteAsync("update answering set takes = 0.8");
        await clock.SetAsync(state.Source, default);
        Assert.InRange(await BehindAsync(database, clock), double.MinValue, 0.6);
    }

    static async Task<double> BehindAsync(TestDatabase database, DatabaseClock clock)
    {
        var now = await database.ScalarAsync<DateTimeOffset>("select pg_catalog.clock_timestamp()");
        return (now - clock.GetUtcNow()).TotalSeconds;
    }
}
