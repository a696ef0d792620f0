using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Alarms;
using Headgate.Scheduler.Configuration;
using Headgate.Scheduler.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Headgate.Scheduler.Tests.Alarms;

/// <summary>When alarms go off, as Quartz has stored it.</summary>
[Collection(nameof(QuartzCollection))]
public sealed class AlarmClockTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = SchedulerBench.Start;

    readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    SchedulerBench _bench = null!;
    AlarmClock _alarms = null!;

    public async Task InitializeAsync()
    {
        _bench = await SchedulerBench.StartAsync();
        _alarms = new AlarmClock(
            _bench.State, _bench.Due, _bench.Clock, new AlarmJobs(_services), Options.Create(new SchedulerOptions()), NullLoggerFactory.Instance);
        await _alarms.PrepareAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _alarms.StopAsync(default);
        await _bench.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Alarm_goes_off_when_the_next_run_is_fired()
    {
        var rule = SchedulerBench.Rule(new ScheduleDefinition { Every = TimeSpan.FromSeconds(20) });
        var kept = await _bench.KeepAsync(rule);

        await _alarms.SetAsync(kept!.Alarm, notBefore: null, default);

        Assert.Equal(Start.AddSeconds(20), await NextAsync(kept.Alarm));
    }

    [Fact]
    public async Task Alarm_goes_off_within_a_minute_though_the_next_run_is_far_away()
    {
        var kept = await _bench.KeepAsync(SchedulerBench.Rule(new ScheduleDefinition { Every = TimeSpan.FromHours(5) }));

        await _alarms.SetAsync(kept!.Alarm, notBefore: null, default);

        // What is written down behind its back, and the alarm not brought forward for, is found then.
        Assert.Equal(Start.AddMinutes(1), await NextAsync(kept.Alarm));
    }

    async Task<DateTimeOffset> NextAsync(int alarm) => new(
        await _bench.Database.ScalarAsync<long>($"select next_fire_time from scheduler.qrtz_triggers where trigger_name = '{alarm:00}'"), TimeSpan.Zero);
}
