using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Tests.Running;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>Until when a run may start that broker or coordinator keep waiting.</summary>
public sealed class StartByTests : IAsyncLifetime
{
    static readonly TimeSpan Jitter = TimeSpan.FromMinutes(5);

    SchedulerBench _bench = null!;

    public async Task InitializeAsync() => _bench = await SchedulerBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Run_of_a_schedule_that_skips_what_is_missed_may_start_until_it_is_and_for_as_long_as_its_way_takes()
    {
        var rule = SchedulerBench.Rule(new ScheduleDefinition { Every = TimeSpan.FromMinutes(10), Jitter = Jitter, Misfire = MisfirePolicy.Skip });
        var fire = (await _bench.KeepAsync(rule))!.Next!.Value;
        _bench.Clock.Now = fire;

        await _bench.LookAsync();

        // Less than the five minutes after which one that was lost is sent again.
        Assert.Equal(fire.AddMinutes(1 + 3), Assert.Single(_bench.Lanes.Started).StartBy);
    }

    [Fact]
    public async Task Run_of_a_schedule_that_makes_up_for_what_is_missed_may_start_however_late()
    {
        await _bench.KeepAsync(SchedulerBench.Rule());
        _bench.Clock.Now = SchedulerBench.Start.AddMinutes(10);

        await _bench.LookAsync();

        Assert.Null(Assert.Single(_bench.Lanes.Started).StartBy);
    }
}
