using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;
using static Headgate.JobCoordinator.Tests.Guards.Runs;

namespace Headgate.JobCoordinator.Tests.Guards;

public sealed class FullLoadJudgeTests
{
    static readonly RunHistory LongAgo = new([80_000], [Now.AddDays(-30)], [], []);

    [Fact]
    public void Full_load_where_the_last_runs_were_incremental_trips_and_says_why_it_is_one()
    {
        var judged = FullLoadJudge.Judge(Read(fulls: LongAgo, parts: Each15Minutes(5, 6, 7)) with { HasOffset = false }, isConfirmed: false);

        Assert.Equal(JudgementOutcome.Tripped, judged.Outcome);
        Assert.Equal(
            "All of public.contacts would be read, where its last 3 runs read what had changed, and nobody has confirmed it: "
            + "its mapping, filter, key, cursor or connection is another one than before, or it was left out meanwhile.",
            judged.Sentence);
    }

    [Theory]
    [InlineData(true, true, true)] // Meant.
    [InlineData(false, false, true)] // No full load.
    public void Full_load_that_is_meant_and_a_run_that_is_none_pass(bool full, bool confirmed, bool hasOffset) => Assert.Equal(
        JudgementOutcome.Passed,
        FullLoadJudge.Judge(Read(full, LongAgo, Each15Minutes(5, 6, 7)) with { HasOffset = hasOffset }, confirmed).Outcome);

    [Fact]
    public void Two_incremental_runs_since_the_last_full_one_are_no_habit()
    {
        var full = new RunHistory([80_000, 80_000], [Now.AddMinutes(-40), Now.AddDays(-1)], [], []);
        Assert.Equal(JudgementOutcome.Passed, FullLoadJudge.Judge(Read(fulls: full, parts: Each15Minutes(5, 6, 7)), isConfirmed: false).Outcome);
        Assert.Equal(JudgementOutcome.Passed, FullLoadJudge.Judge(Read(fulls: Each15Minutes(9, 9, 9, 9)), isConfirmed: false).Outcome);
    }

    [Fact]
    public void Short_history_is_said_to_be_too_short()
    {
        var judged = FullLoadJudge.Judge(Read(parts: Each15Minutes(5, 6)), isConfirmed: false);
        Assert.Equal((JudgementOutcome.NotYet, "Of public.contacts 2 runs have completed so far; it takes 3 to judge a full load."), (judged.Outcome, judged.Sentence));
    }
}
