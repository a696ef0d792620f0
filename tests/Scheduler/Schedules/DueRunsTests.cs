using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Schedules;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>What becomes of what has come due.</summary>
public sealed class DueRunsTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan MissedAfter = TimeSpan.FromMinutes(1);

    [Fact]
    public void Run_that_is_due_is_started_and_the_next_one_told()
    {
        var due = DueRuns.Until(Rule(), Start.AddMinutes(10).AddSeconds(1), MissedAfter);

        Assert.Equal([Start.AddMinutes(10)], due.Runs);
        Assert.Null(due.Missed);
        Assert.Equal((Start.AddMinutes(10), new NextFire(Start.AddMinutes(20), Start.AddMinutes(20))), (due.DoneUntil, due.Next));
    }

    [Fact]
    public void What_is_done_is_not_due_again()
    {
        var due = DueRuns.Until(Rule() with { LastDue = Start.AddMinutes(10) }, Start.AddMinutes(10).AddSeconds(1), MissedAfter);

        Assert.Empty(due.Runs);
        Assert.Null(due.DoneUntil);
        Assert.Equal(Start.AddMinutes(20), due.Next?.Due);
    }

    [Fact]
    public void What_came_due_before_the_schedule_held_is_not_due()
    {
        var rule = Rule() with { LastDue = Start.AddMinutes(10), Since = Start.AddMinutes(40) };

        Assert.Equal([Start.AddMinutes(50)], DueRuns.Until(rule, Start.AddMinutes(50), MissedAfter).Runs);
    }

    [Fact]
    public void Missed_runs_are_made_up_for_by_one_which_is_the_last()
    {
        var due = DueRuns.Until(Rule(), Start.AddMinutes(45), MissedAfter);

        Assert.Equal([Start.AddMinutes(40)], due.Runs);
        Assert.Equal(new MissedRuns(3, Start.AddMinutes(10), Start.AddMinutes(30), Start.AddMinutes(40)), due.Missed);
        Assert.Equal(Start.AddMinutes(40), due.DoneUntil);
    }

    [Fact]
    public void Run_that_is_in_time_makes_up_for_those_before()
    {
        var due = DueRuns.Until(Rule(), Start.AddMinutes(40).AddSeconds(5), MissedAfter);

        Assert.Equal([Start.AddMinutes(40)], due.Runs);
        Assert.Equal(new MissedRuns(3, Start.AddMinutes(10), Start.AddMinutes(30), Start.AddMinutes(40)), due.Missed);
    }

    [Fact]
    public void Single_missed_run_is_started_late()
    {
        var due = DueRuns.Until(Rule(), Start.AddMinutes(15), MissedAfter);

        Assert.Equal([Start.AddMinutes(10)], due.Runs);
        Assert.Null(due.Missed);
    }

    [Fact]
    public void Missed_runs_that_are_to_be_skipped_are_recorded_and_none_is_started()
    {
        var due = DueRuns.Until(Rule(misfire: MisfirePolicy.Skip), Start.AddMinutes(45), MissedAfter);

        Assert.Empty(due.Runs);
        Assert.Equal(new MissedRuns(4, Start.AddMinutes(10), Start.AddMinutes(40), null), due.Missed);
        Assert.Equal((Start.AddMinutes(40), Start.AddMinutes(50)), (due.DoneUntil, due.Next?.Due));
    }

    [Fact]
    public void Run_in_time_behind_skipped_ones_is_started()
    {
        var due = DueRuns.Until(Rule(misfire: MisfirePolicy.Skip), Start.AddMinutes(40).AddSeconds(5), MissedAfter);

        Assert.Equal([Start.AddMinutes(40)], due.Runs);
        Assert.Equal(new MissedRuns(3, Start.AddMinutes(10), Start.AddMinutes(30), null), due.Missed);
    }

    [Fact]
    public void Runs_that_came_due_in_short_intervals_are_each_started()
    {
        var rule = Rule(every: TimeSpan.FromSeconds(10));

        Assert.Equal([Start.AddSeconds(10), Start.AddSeconds(20), Start.AddSeconds(30)], DueRuns.Until(rule, Start.AddSeconds(35), MissedAfter).Runs);
    }

    [Fact]
    public void Run_waits_for_its_jitter_which_is_always_the_same_and_below_the_most()
    {
        var rule = Rule(jitter: TimeSpan.FromMinutes(3));
        var next = DueRuns.Until(rule, Start, MissedAfter).Next!;

        Assert.Equal(Start.AddMinutes(10), next.Due);
        Assert.InRange(next.Fire, next.Due.AddTicks(1), next.Due.AddMinutes(3).AddTicks(-1));
        Assert.Empty(DueRuns.Until(rule, next.Fire.AddTicks(-1), MissedAfter).Runs);
        Assert.Equal([next.Due], DueRuns.Until(rule, next.Fire, MissedAfter).Runs);
        // As late as by its jitter it is not missed.
        Assert.Equal([next.Due], DueRuns.Until(rule with { }, next.Fire.Add(MissedAfter), MissedAfter).Runs);
    }

    [Fact]
    public void Jitter_is_spread_and_below_the_time_to_the_next_run()
    {
        var fires = Enumerable.Range(0, 1_000).Select(_ =>
        {
            var rule = Rule(every: TimeSpan.FromMinutes(1), jitter: TimeSpan.FromMinutes(5)) with { PipelineId = Guid.NewGuid() };
            var next = DueRuns.Until(rule, Start, MissedAfter).Next!;
            return (next.Fire - next.Due).TotalSeconds;
        }).ToList();

        Assert.All(fires, late => Assert.InRange(late, 0, 59.999));
        Assert.All(fires.CountBy(late => (int)late / 10), tenth => Assert.InRange(tenth.Value, 100, 240));
    }

    [Fact]
    public void Replaced_schedule_has_done_what_came_due_until_then_whatever_its_jitter()
    {
        var rule = Rule(jitter: TimeSpan.FromMinutes(9));
        var fire = DueRuns.Until(rule, Start, MissedAfter).Next!.Fire;

        Assert.Equal([Start.AddMinutes(10)], DueRuns.UntilReplaced(rule, Start.AddMinutes(10), MissedAfter).Runs);
        Assert.True(fire > Start.AddMinutes(10));
    }

    [Theory]
    [InlineData(MisfirePolicy.Once, 60)]
    [InlineData(MisfirePolicy.Skip, 60)]
    public async Task Decades_of_seconds_are_counted_and_not_gone_through(MisfirePolicy misfire, int years)
    {
        var until = Start.AddYears(years);
        var all = (int)(until - Start).TotalSeconds;

        // One after the other they would take minutes, while the rows of 500 pipelines are locked.
        var rule = Rule(every: TimeSpan.FromSeconds(1), misfire: misfire);
        var due = await Task.Run(() => DueRuns.Until(rule, until, MissedAfter)).WaitAsync(TimeSpan.FromSeconds(5));

        var first = Start.AddSeconds(1);
        Assert.Equal(
            misfire == MisfirePolicy.Once
                ? new MissedRuns(all - 1, first, until.AddSeconds(-1), until) : new MissedRuns(all - 61, first, until.AddSeconds(-61), null),
            due.Missed);
        Assert.Equal((misfire == MisfirePolicy.Once ? 1 : 61, until, until), (due.Runs.Count, due.Runs[^1], due.DoneUntil));
        Assert.Equal(until.AddSeconds(1), due.Next?.Due);
    }

    static StartRule Rule(TimeSpan? every = null, TimeSpan jitter = default, MisfirePolicy misfire = MisfirePolicy.Once) => new()
    {
        PipelineId = new Guid("0198a000-0000-7000-8000-000000000001"),
        Project = "test",
        Pipeline = "contacts",
        Schedule = new ScheduleDefinition { Every = every ?? TimeSpan.FromMinutes(10), Jitter = jitter, Misfire = misfire },
        Since = Start,
        Anchor = Start,
    };
}
