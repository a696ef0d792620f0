using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Scheduler.Alarms;
using Headgate.Scheduler.Tests.Running;
using MassTransit;
using Npgsql;

namespace Headgate.Scheduler.Tests.Alarms;

/// <summary>What is fired when an alarm goes off.</summary>
public sealed class DueRoundTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = SchedulerBench.Start;

    SchedulerBench _bench = null!;

    public async Task InitializeAsync() => _bench = await SchedulerBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Run_is_sent_when_it_is_due_and_not_before_or_again()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);

        _bench.Clock.Now = Start.AddMinutes(10).AddTicks(-1);
        Assert.Equal(0, await _bench.LookAsync());
        _bench.Clock.Now = Start.AddMinutes(10);
        Assert.Equal((1, 0), (await _bench.LookAsync(), await _bench.LookAsync()));

        var run = Assert.Single(_bench.Lanes.Started);
        Assert.Equal(
            (rule.PipelineId, TriggerKind.Schedule, (DateTimeOffset?)Start.AddMinutes(10), "due 2026-03-01T10:10:00Z"),
            (run.PipelineId, run.Trigger, run.Due, run.TriggerDetail));
        Assert.Equal(Start.AddMinutes(20), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
    }

    [Fact]
    public async Task Run_that_the_broker_has_not_confirmed_is_sent_again_under_the_same_id()
    {
        var rules = Enumerable.Range(0, 20).Select(_ => SchedulerBench.Rule()).ToList();
        foreach (var rule in rules) await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(10);
        _bench.Lanes.GoAwayAfter(3);
        foreach (var alarm in Enumerable.Range(0, AlarmClock.Count))
        {
            try
            {
                await _bench.Round.FireAsync(alarm, default);
            }
            catch (MassTransitException)
            {
                // As it is while the broker is away.
            }
        }

        var first = _bench.Lanes.Started.Select(run => run.RunId).ToList();
        Assert.Equal(3, first.Count);
        _bench.Lanes.ComeBack();
        await _bench.LookAsync();

        Assert.Equal(20, _bench.Lanes.Started.Select(run => run.RunId).Distinct().Count());
        Assert.Equal(20, _bench.Lanes.Started.Select(run => run.PipelineId).Distinct().Count());
    }

    [Fact]
    public async Task Two_that_look_at_the_same_moment_send_each_run_once()
    {
        foreach (var _ in Enumerable.Range(0, 50)) await _bench.KeepAsync(SchedulerBench.Rule());
        _bench.Clock.Now = Start.AddMinutes(10);

        await Task.WhenAll(_bench.LookAsync(), _bench.LookAsync(), _bench.LookAsync());

        Assert.Equal(50, _bench.Lanes.Started.Count);
        Assert.Equal(50, _bench.Lanes.Started.DistinctBy(run => run.RunId).Count());
    }

    [Fact]
    public async Task Run_that_makes_up_for_others_says_so_and_they_are_recorded()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(45);

        await _bench.LookAsync();

        Assert.Equal("due 2026-03-01T10:40:00Z, also for 3 runs missed since 2026-03-01T10:10:00Z", Assert.Single(_bench.Lanes.Started).TriggerDetail);
        var record = Assert.Single(_bench.Lanes.Recorded);
        Assert.Equal((3, Start.AddMinutes(10), Start.AddMinutes(30), Start.AddMinutes(40)), (record.Count, record.FirstDue, record.LastDue, record.MadeUpForBy!.Value));
    }

    [Fact]
    public async Task What_was_decided_stays_however_long_the_broker_is_away()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(10);
        _bench.Lanes.GoAwayAfter(0);
        await Assert.ThrowsAnyAsync<MassTransitException>(_bench.LookAsync);
        _bench.Clock.Now = Start.AddMinutes(45);
        _bench.Lanes.ComeBack();

        await _bench.LookAsync();

        // Neither is the first one among the missed ones now, nor are there two records of which one holds the other.
        Assert.Equal([Start.AddMinutes(10), Start.AddMinutes(40)], _bench.Lanes.Started.Select(run => run.Due!.Value));
        Assert.Equal((2, Start.AddMinutes(20), Start.AddMinutes(30)), _bench.Lanes.Recorded.Select(record => (record.Count, record.FirstDue, record.LastDue)).Single());
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_not_done_either()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(10);
        await _bench.Database.ExecuteAsync("alter table scheduler.due_run add constraint none_is_taken check (false)");

        await Assert.ThrowsAsync<PostgresException>(_bench.LookAsync);

        Assert.Empty(_bench.Lanes.Started);
        Assert.Equal(Start.AddMinutes(10), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
        await _bench.Database.ExecuteAsync("alter table scheduler.due_run drop constraint none_is_taken");
        await _bench.LookAsync();
        Assert.Single(_bench.Lanes.Started);
    }

    [Fact]
    public async Task Alarm_waits_for_what_was_not_sent_as_for_what_comes_due()
    {
        var rule = SchedulerBench.Rule();
        var kept = await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(10);
        _bench.Lanes.GoAwayAfter(0);
        await Assert.ThrowsAnyAsync<MassTransitException>(_bench.LookAsync);

        Assert.Equal(Start.AddMinutes(10), await _bench.Due.NextFireAsync(kept!.Alarm, default));
    }

    [Fact]
    public async Task Schedule_that_cannot_be_told_keeps_no_other_waiting()
    {
        var rule = SchedulerBench.Rule();
        var sane = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        await _bench.KeepAsync(sane);
        // In the same alarm, so that they are looked at together.
        while (await _bench.OfAsync<short>(sane, "alarm") != await _bench.OfAsync<short>(rule, "alarm")) await _bench.KeepAsync(sane = SchedulerBench.Rule());
        await _bench.Database.ExecuteAsync(
            $$"""update scheduler.start_rule set schedule = '{"cron": "0 * * * *", "timezone": "Nowhere/Atall"}' where pipeline_id = '{{rule.PipelineId}}'""");
        _bench.Clock.Now = Start.AddMinutes(10);

        await _bench.LookAsync();

        Assert.Contains(_bench.Lanes.Started, run => run.PipelineId == sane.PipelineId);
        Assert.DoesNotContain(_bench.Lanes.Started, run => run.PipelineId == rule.PipelineId);
        Assert.Equal(Start.AddMinutes(11), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
    }

    [Fact]
    public async Task Cron_that_has_no_next_time_is_left_alone()
    {
        var rule = SchedulerBench.Rule(new ScheduleDefinition { Cron = "0 0 30 2 *" });

        Assert.Null((await _bench.KeepAsync(rule))?.Next);
        _bench.Clock.Now = Start.AddYears(1);
        Assert.Equal(0, await _bench.LookAsync());
    }
}
