using Headgate.Hosting.State;
using Headgate.Scheduler.State;
using Headgate.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Headgate.Scheduler.Tests.State;

/// <summary>The scheduler's time, where the database's clock and its own part.</summary>
public sealed class ClockUpkeepTests
{
    [Fact]
    public async Task Scheduler_follows_a_database_whose_time_has_gone_on_without_it()
    {
        await using var database = await TestDatabase.CreateAsync("clock");
        await database.ExecuteAsync(
            """
            create table ahead (gap interval not null);
            insert into ahead values ('0 s');
            create function clock_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp() + gap from ahead';
            """);
        await using var state = new SchedulerState(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "public,pg_catalog" }.ConnectionString);
        var clock = new DatabaseClock();
        await clock.SetAsync(state.Source, default);
        using var upkeep = new ClockUpkeep(state, clock, NullLogger<ClockUpkeep>.Instance) { Period = TimeSpan.FromMilliseconds(20) };
        await upkeep.StartAsync(default);
        var before = clock.GetUtcNow();

        // As after two hours in which the machine was suspended.
        await database.ExecuteAsync("update ahead set gap = '2 h'");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (clock.GetUtcNow() - before < TimeSpan.FromHours(2)) await Task.Delay(20, patience.Token);
        await upkeep.StopAsync(default);
    }
}
