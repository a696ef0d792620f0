using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.Tests.Running;

namespace Headgate.Scheduler.Tests.Rules;

/// <summary>By what runs start, as it is kept.</summary>
public sealed class RuleStoreTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = SchedulerBench.Start;

    SchedulerBench _bench = null!;

    public async Task InitializeAsync() => _bench = await SchedulerBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Older_or_repeated_change_is_dropped()
    {
        var rule = SchedulerBench.Rule(revision: 5);
        Assert.NotNull(await _bench.KeepAsync(rule));

        Assert.Null(await _bench.KeepAsync(rule with { Schedule = null }));
        Assert.Null(await _bench.KeepAsync(rule with { Revision = 4, Schedule = null }));

        Assert.Equal(5, await _bench.OfAsync<int>(rule, "revision"));
        Assert.Equal(Start.AddMinutes(10), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
    }

    [Fact]
    public async Task Deleted_pipeline_does_not_come_back_by_what_comes_late()
    {
        var rule = SchedulerBench.Rule(revision: 2);
        await _bench.KeepAsync(rule with { Revision = 3, Schedule = null, Deleted = true });

        await _bench.KeepAsync(rule);

        Assert.True(await _bench.OfAsync<bool>(rule, "deleted and next_fire is null"));
    }

    [Fact]
    public async Task Schedule_that_is_switched_off_has_no_next_run_and_keeps_its_triggers()
    {
        var rule = SchedulerBench.Rule() with { Triggers = [new TriggerDefinition { Event = "BackupCompleted" }] };
        await _bench.KeepAsync(rule);

        var kept = await _bench.KeepAsync(rule with { Revision = 2, Schedule = null, Since = Start.AddMinutes(5) });

        Assert.Null(kept?.Next);
        Assert.Equal("BackupCompleted", await _bench.OfAsync<string>(rule, "triggers -> 0 ->> 'event'"));
    }

    [Fact]
    public async Task Change_that_leaves_the_schedule_alone_leaves_what_is_done()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(10);
        await _bench.LookAsync();

        await _bench.KeepAsync(rule with { Revision = 2, Triggers = [new TriggerDefinition { Event = "BackupCompleted" }] });

        await _bench.LookAsync();
        Assert.Single(_bench.Lanes.Started);
        Assert.Equal(Start.AddMinutes(20), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
    }

    [Fact]
    public async Task Resumed_schedule_keeps_the_grid_of_its_intervals_and_forgets_what_it_has_slept_through()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        await _bench.KeepAsync(rule with { Revision = 2, Schedule = null, Since = Start.AddMinutes(5) });

        var kept = await _bench.KeepAsync(rule with { Revision = 3, Since = Start.AddMinutes(33) });

        Assert.Equal(Start.AddMinutes(40), kept?.Next);
    }

    [Fact]
    public async Task What_came_due_before_a_change_and_was_not_sent_is_sent_with_the_change()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);

        // Nobody has looked for 35 minutes: the coordinator is to say why none of these is started.
        var kept = await _bench.KeepAsync(rule with { Revision = 2, Schedule = null, Since = Start.AddMinutes(35) });

        // Its alarm is to look at once.
        Assert.Equal(Start, kept?.Next);
        _bench.Clock.Now = Start.AddMinutes(35) + DueMessages.Grace;
        await _bench.LookAsync();
        Assert.Equal([Start.AddMinutes(30)], _bench.Lanes.Started.Select(run => run.Due!.Value));
        Assert.Equal((2, Start.AddMinutes(10), Start.AddMinutes(20)), _bench.Lanes.Recorded.Select(record => (record.Count, record.FirstDue, record.LastDue)).Single());
    }

    [Fact]
    public async Task What_came_due_before_a_change_is_written_down_with_it_and_sent_once_the_broker_is_back()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Lanes.GoAwayAfter(0);
        await _bench.KeepAsync(rule with { Revision = 2, Schedule = null, Since = Start.AddMinutes(15) });
        _bench.Clock.Now = Start.AddMinutes(15);
        await Assert.ThrowsAnyAsync<Exception>(_bench.LookAsync);

        _bench.Lanes.ComeBack();
        await _bench.LookAsync();

        Assert.Equal(Start.AddMinutes(10), Assert.Single(_bench.Lanes.Started).Due);
    }

    [Fact]
    public async Task Pipeline_that_is_new_here_goes_on_from_what_the_coordinator_was_told_of()
    {
        _bench.Clock.Now = Start.AddMinutes(45);
        await _bench.KeepAsync(SchedulerBench.Rule() with { LastDue = Start.AddMinutes(30) });

        await _bench.LookAsync();

        Assert.Equal(Start.AddMinutes(40), Assert.Single(_bench.Lanes.Started).Due);
        Assert.Empty(_bench.Lanes.Recorded);
    }

    [Fact]
    public async Task Pipeline_of_which_the_coordinator_was_told_more_than_is_known_here_goes_on_from_there()
    {
        var rule = SchedulerBench.Rule();
        await _bench.KeepAsync(rule);
        _bench.Clock.Now = Start.AddMinutes(31);

        await _bench.Rules.CatchUpAsync([rule with { LastDue = Start.AddMinutes(30) }], default);

        await _bench.LookAsync();
        Assert.Empty(_bench.Lanes.Started);
        Assert.Empty(_bench.Lanes.Recorded);
        Assert.Equal(Start.AddMinutes(40), await _bench.OfAsync<DateTimeOffset>(rule, "next_fire"));
    }

    [Fact]
    public async Task Schedule_that_cannot_be_told_is_kept_and_looked_at_again_and_is_replaced_by_one_that_can()
    {
        var rule = SchedulerBench.Rule(new ScheduleDefinition { Cron = "0 * * * *", Timezone = "Nowhere/Atall" });

        Assert.Equal(Start.AddMinutes(1), (await _bench.KeepAsync(rule))?.Next);
        var right = rule with { Revision = 2, Since = Start.AddMinutes(5), Schedule = new ScheduleDefinition { Cron = "0 * * * *" } };

        Assert.Equal(Start.AddHours(1), (await _bench.KeepAsync(right))?.Next);
        Assert.Empty(_bench.Lanes.Started);
    }

    [Fact]
    public async Task Of_a_page_those_are_new_that_are_not_known_or_older()
    {
        var (known, older, unknown) = (SchedulerBench.Rule(revision: 2), SchedulerBench.Rule(), SchedulerBench.Rule());
        await _bench.KeepAsync(known);
        await _bench.KeepAsync(older);

        var found = await _bench.Rules.NewOfAsync([known, older with { Revision = 2 }, unknown], default);

        Assert.Equal([older.PipelineId, unknown.PipelineId], found.Select(rule => rule.PipelineId));
    }
}
