using System.Globalization;
using Headgate.Contracts.Pipelines;
using Headgate.Schedules;

namespace Headgate.Scheduler.Tests.Schedules;

/// <summary>When runs come due. Europe/Berlin jumps ahead at 2026-03-29 01:00 UTC and back at 2026-10-25 01:00 UTC.</summary>
public sealed class DueTimesTests
{
    static readonly DateTimeOffset Anchor = At("2026-03-01 10:00:30");

    [Fact]
    public void Time_that_clocks_jump_over_comes_due_in_the_moment_after() =>
        Assert.Equal(["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"], Cron("30 2 * * *", "2026-03-28 00:00", "2026-03-30 12:00"));

    [Fact]
    public void Time_that_comes_twice_comes_due_once() =>
        Assert.Equal(["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"], Cron("30 2 * * *", "2026-10-24 00:00", "2026-10-26 12:00"));

    [Theory]
    [InlineData("2026-03-29 00:00", "2026-03-29 03:00")]
    [InlineData("2026-10-25 00:00", "2026-10-25 03:00")]
    public void Intervals_of_cron_come_due_every_quarter_of_an_hour_however_clocks_jump(string from, string until) =>
        Assert.Equal(Enumerable.Range(1, 12).Select(quarter => Text(At(from).AddMinutes(15 * quarter))), Cron("*/15 * * * *", from, until));

    [Fact]
    public void Daily_run_follows_the_clocks_of_its_zone() =>
        Assert.Equal(["2026-03-28 08:00", "2026-03-29 07:00", "2026-03-30 07:00"], Cron("0 9 * * *", "2026-03-28 00:00", "2026-03-31 00:00"));

    [Fact]
    public void Restricted_day_of_the_month_and_of_the_week_are_either() =>
        // 2026-02-13 is a Friday.
        Assert.Equal(
            ["2026-02-06 00:00", "2026-02-10 00:00", "2026-02-13 00:00", "2026-02-20 00:00"], Cron("0 0 10,13 2 FRI", "2026-02-01 00:00", "2026-02-21 00:00", "UTC"));

    [Fact]
    public void Day_of_the_week_that_begins_with_an_asterisk_restricts_the_day_of_the_month() =>
        Assert.Equal(["2026-02-10 00:00"], Cron("0 0 10 * */2", "2026-02-01 00:00", "2026-03-09 00:00", "UTC"));

    [Fact]
    public void Day_that_never_comes_beside_a_weekday_leaves_the_weekday() =>
        Assert.Equal(["2026-02-02 00:00", "2026-02-09 00:00"], Cron("0 0 30 2 MON", "2026-02-01 00:00", "2026-02-10 00:00", "UTC"));

    [Fact]
    public void Interval_counts_from_its_anchor_which_is_not_due_itself()
    {
        var dues = DueTimes.Of(new ScheduleDefinition { Every = TimeSpan.FromMinutes(20), Timezone = "Europe/Berlin" }, Anchor);

        Assert.Equal([Anchor.AddMinutes(20), Anchor.AddMinutes(40)], dues.Between(Anchor.AddHours(-1), Anchor.AddMinutes(40)));
        Assert.Equal(Anchor.AddMinutes(60), dues.After(Anchor.AddMinutes(40)));
        Assert.Equal(Anchor.AddMinutes(60), dues.After(Anchor.AddMinutes(59)));
    }

    [Fact]
    public void Interval_is_a_length_of_time_when_clocks_jump()
    {
        var anchor = At("2026-03-28 22:00");
        var dues = DueTimes.Of(new ScheduleDefinition { Every = TimeSpan.FromHours(6), Timezone = "Europe/Berlin" }, anchor);

        Assert.Equal(["2026-03-29 04:00", "2026-03-29 10:00"], dues.Between(anchor, anchor.AddHours(12)).Select(Text));
    }

    [Fact]
    public void Count_of_intervals_is_that_of_those_in_between()
    {
        var random = new Random(20260301);
        for (var round = 0; round < 500; round++)
        {
            var dues = DueTimes.Of(new ScheduleDefinition { Every = TimeSpan.FromSeconds(random.Next(1, 90)) }, Anchor);
            // Ticks apart, so that bounds are met and missed by one.
            var after = Anchor.AddSeconds(random.Next(-60, 600)).AddTicks(random.Next(-1, 2));
            var until = after.AddSeconds(random.Next(-30, 900)).AddTicks(random.Next(-1, 2));

            DateTimeOffset[] between = [.. dues.Between(after, until)];

            Assert.Equal(
                between is [] ? null : new DueSpan(between.Length, between[0], between[^Math.Min(2, between.Length)], between[^1]), dues.Count(after, until));
        }
    }

    static IEnumerable<string> Cron(string cron, string from, string until, string zone = "Europe/Berlin") =>
        DueTimes.Of(new ScheduleDefinition { Cron = cron, Timezone = zone }, Anchor).Between(At(from), At(until)).Select(Text);

    static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    static string Text(DateTimeOffset time)
    {
        Assert.Equal(TimeSpan.Zero, time.Offset);
        return time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}
