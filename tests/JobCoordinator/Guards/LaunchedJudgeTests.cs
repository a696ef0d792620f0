using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Tests.Guards;

/// <summary>Guards that look at a job while it writes.</summary>
public sealed class LaunchedJudgeTests
{
    static readonly DurationGuard Duration = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(49, false)]
    [InlineData(50, true)]
    public void Rejects_of_five_in_a_hundred_trip(int peak, bool trips) => Assert.Equal(trips, RejectsJudge.Trips(new RejectsGuard(), peak, records: null));

    [Theory]
    [InlineData(1_000_000, 49, 49, true)]
    [InlineData(1_000_000, 49_999, 100_000, true)]
    [InlineData(1_000, 20, 400, true)]
    [InlineData(1_000, 20, 401, false)]
    [InlineData(1_000, 19, 40, false)]
    [InlineData(1_000, 10, 10, true)]
    [InlineData(1_000, 9, 10, false)]
    [InlineData(1_000, 9, 9, false)]
    [InlineData(1_000, 49, 1_000, false)]
    [InlineData(100, 5, 40, true)]
    public void Segment_that_is_over_is_judged_by_what_it_had(int window, int peak, long records, bool trips)
    {
        Assert.Equal(trips, RejectsJudge.Trips(new RejectsGuard { Window = window }, peak, records));
        Assert.False(window > 100 && RejectsJudge.Trips(new RejectsGuard { Window = window }, peak, records: null));
    }

    [Fact]
    public void Sentence_counts_what_a_short_segment_had() => Assert.StartsWith(
        "The destination has rejected 49 of 49 records of public.a in a row: 100 %", RejectsJudge.Judge(new RejectsGuard(), "public.a", 49, 49).Sentence, StringComparison.Ordinal);

    [Theory]
    [InlineData(600, false)]
    [InlineData(601, true)]
    public void Run_of_more_than_twice_the_p99_trips(int seconds, bool trips) => Assert.Equal(
        trips ? JudgementOutcome.Tripped : JudgementOutcome.Passed,
        DurationJudge.Judge(Duration, TimeSpan.FromSeconds(seconds), Times(runs: 20, seconds: 300)).Outcome);

    [Fact]
    public void Short_runs_may_take_half_a_minute_more_and_few_runs_are_not_judged_by()
    {
        Assert.Equal(TimeSpan.FromSeconds(31), DurationJudge.LimitOf(Duration, Times(runs: 20, seconds: 1)));
        Assert.Equal(JudgementOutcome.NotYet, DurationJudge.Judge(Duration, TimeSpan.FromHours(5), Times(runs: 19, seconds: 1)).Outcome);
    }

    [Theory]
    [InlineData(6_000, JudgementOutcome.Passed)]
    [InlineData(5_999, JudgementOutcome.Tripped)]
    public void Pace_below_a_tenth_of_the_usual_trips(long rows, object outcome) => Assert.Equal(
        (JudgementOutcome)outcome, DurationJudge.JudgeThroughput(Duration, Pace(rows, busyMs: 0), Times(20, 60))!.Outcome);

    [Theory]
    [InlineData(60_000, JudgementOutcome.Passed)]
    [InlineData(60_001, JudgementOutcome.Tripped)]
    public void Destination_that_takes_more_than_five_times_as_long_trips(long busyMs, object outcome) => Assert.Equal(
        (JudgementOutcome)outcome, DurationJudge.JudgeLatency(Duration, Pace(60_000, busyMs), Times(20, 60))!.Outcome);

    [Fact]
    public void Pace_is_not_judged_by_few_runs_nor_where_any_will_do()
    {
        Assert.Null(DurationJudge.JudgeThroughput(Duration, Pace(0, 0), Times(19, 60)));
        Assert.Null(DurationJudge.JudgeThroughput(Duration with { MinThroughput = 0 }, Pace(0, 0), Times(20, 60)));
        Assert.Null(DurationJudge.JudgeLatency(Duration, Pace(999, 60_000), Times(20, 60)));
    }

    static RunPace Pace(long rows, long busyMs) => new(TimeSpan.FromMinutes(1), rows, TimeSpan.FromMilliseconds(busyMs));

    // 1,000 records a second, 200 ms for 1,000.
    static RunTimes Times(int runs, int seconds) => new(
        [.. Enumerable.Repeat(seconds * 1_000L, runs)], [.. Enumerable.Repeat(1_000.0, runs)], [.. Enumerable.Repeat(200.0, runs)]);
}
