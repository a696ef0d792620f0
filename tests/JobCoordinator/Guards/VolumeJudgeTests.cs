using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;
using static Headgate.JobCoordinator.Tests.Guards.Runs;

namespace Headgate.JobCoordinator.Tests.Guards;

public sealed class VolumeJudgeTests
{
    static readonly VolumeGuard Guard = new();

    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_001, true)]
    public void More_than_the_ratio_of_the_median_trips(long rows, bool trips) =>
        Assert.Equal(trips, Trips(rows, parts: Each15Minutes(2_000, 2_000, 1_990, 2_010, 2_000)));

    [Theory]
    [InlineData(16_000, false)]
    [InlineData(16_001, true)]
    public void Less_than_twice_the_largest_does_not(long rows, bool trips) =>
        Assert.Equal(trips, Trips(rows, parts: Each15Minutes(2_000, 2_000, 8_000, 2_000, 2_000)));

    [Fact]
    public void Largest_of_a_day_counts_when_its_runs_are_forgotten()
    {
        var history = new RunHistory([10, 12, 9, 11], Each15Minutes(1, 1, 1, 1).Ended, [12, 40_000, 15], [900, 41_000, 950]);
        Assert.False(Trips(80_000, parts: history));
        Assert.True(Trips(80_001, parts: history));
    }

    [Theory]
    [InlineData(14_000, false)] // 2,000 and 8 times 1,500.
    [InlineData(14_001, true)]
    public void Widely_spread_counts_take_more(long rows, bool trips) =>
        Assert.Equal(trips, Trips(rows, guard: Guard with { MaxRatio = 2 }, parts: Each15Minutes(500, 3_500, 2_000, 500, 3_500)));

    [Theory]
    [InlineData(1_000, false)]
    [InlineData(1_001, true)]
    public void Few_records_do_not(long rows, bool trips) => Assert.Equal(trips, Trips(rows, parts: Each15Minutes(2, 3, 2, 0, 1)));

    [Fact]
    public void Short_history_is_said_to_be_too_short()
    {
        Assert.Null(VolumeReference.Of(Guard, full: false, new ObjectHistory(Each15Minutes(80_000), Each15Minutes(10)), Now));
        var judged = VolumeJudge.Judge(Guard, "public.contacts", 80_000, usual: null, runs: 2);
        Assert.Equal(
            (JudgementOutcome.NotYet, "Of public.contacts 2 runs have completed so far; it takes 3 to judge how many records there may be."),
            (judged.Outcome, judged.Sentence));
    }

    [Fact]
    public void Full_load_without_enough_of_its_kind_goes_by_the_largest_of_all_and_what_was_inserted_since()
    {
        var parts = Each15Minutes(10, 12, 9);
        Assert.True(Trips(80_000, full: true, fulls: Each15Minutes(100), parts: parts));
        Assert.False(Trips(80_000, full: true, fulls: Each15Minutes(80_000), parts: parts));
        Assert.False(Trips(80_000, full: true, fulls: Each15Minutes(100), parts: parts with { Grown = 20_000 }));
    }

    [Fact]
    public void What_came_together_while_nothing_ran_is_in_proportion_to_the_time()
    {
        // 96 runs a day with 100 each; nothing ran since Friday evening.
        var ended = Enumerable.Range(0, 30).Select(at => Now.AddDays(-2.5) - (TimeSpan.FromMinutes(15) * at)).ToList();
        var history = new RunHistory([.. ended.Select(_ => 100L)], ended, [110, 120], [9_600, 9_700]);
        Assert.False(Trips(24_000, parts: history));
        Assert.True(Trips(60_000, parts: history));
    }

    [Fact]
    public void Sources_size_tells_of_a_full_load_before_anything_is_read()
    {
        var read = Read(fulls: Each15Minutes(100, 100, 100)) with { SourceRows = 80_000 };
        var usual = VolumeReference.Of(Guard, full: true, read.History, Now);

        Assert.Equal(
            "The source has about 80,000 records of public.contacts, all of which would be read, and none of the last 3 runs had more than 100: 800 times as many.",
            VolumeJudge.JudgeSource(Guard, read, usual)!.Sentence);
        Assert.Null(VolumeJudge.JudgeSource(Guard, read with { SourceRows = -1 }, usual));
        Assert.Null(VolumeJudge.JudgeSource(Guard, read with { Full = false }, usual));
    }

    [Fact]
    public void Several_objects_are_told_as_one_judgement_of_the_worst()
    {
        var usual = new VolumeReference(100, 100, 5, 1_000);
        var (bad, worse, good) = (Judge("public.a", 2_000), Judge("public.b", 90_000), Judge("public.c", 10));

        var together = Judgements.Together([bad, worse, good]);
        Assert.Equal((JudgementOutcome.Tripped, "public.b", 900), (together.Outcome, together.Object, together.Observed));
        Assert.EndsWith(" The same goes for 1 other object.", together.Sentence, StringComparison.Ordinal);

        var silent = VolumeJudge.Judge(Guard, "public.d", 10, usual: null, runs: 0);
        Assert.Equal((JudgementOutcome.Passed, JudgementOutcome.NotYet), (Judgements.Together([silent, good]).Outcome, Judgements.Together([silent, silent]).Outcome));
        Assert.EndsWith(" It cannot judge yet of 1 other object.", Judgements.Together([silent, good]).Sentence, StringComparison.Ordinal);

        Judgement Judge(string subject, long rows) => VolumeJudge.Judge(Guard, subject, rows, usual, 5);
    }

    [Theory]
    [InlineData(16_000, 80_000, null, JudgementOutcome.Passed)]
    [InlineData(15_999, 80_000, null, JudgementOutcome.Tripped)]
    [InlineData(0, 1_000, null, JudgementOutcome.Passed)]
    [InlineData(0, 1_001, null, JudgementOutcome.Tripped)]
    [InlineData(80_000, -1, null, JudgementOutcome.NotYet)]
    [InlineData(80_000, -1, "It broke.", JudgementOutcome.Tripped)]
    public void Rows_that_a_full_read_does_not_bring_are_held_where_they_are_many_or_nobody_can_tell(long rows, long there, string? failure, object outcome)
    {
        var judged = VolumeJudge.JudgeVanishing(Guard, new CanarySubject
        {
            Object = "public.contacts",
            Full = true,
            Rows = rows,
            Runs = 5,
            History = CanaryHistory.None,
            Found = new ObjectFindings
            {
                ObjectNo = 0,
                Rows = 0,
                Inserts = 0,
                Updates = 0,
                Unchanged = 0,
                Rejected = 0,
                DestinationRows = there,
                Fields = [],
                Failure = failure,
            },
        });
        Assert.Equal((Measures.Vanished, (JudgementOutcome)outcome), (judged.Measure, judged.Outcome));
    }

    static bool Trips(long rows, bool full = false, RunHistory? fulls = null, RunHistory? parts = null, VolumeGuard? guard = null)
    {
        var usual = VolumeReference.Of(guard ?? Guard, full, new ObjectHistory(fulls ?? RunHistory.None, parts ?? RunHistory.None), Now);
        return VolumeJudge.Judge(guard ?? Guard, "public.contacts", rows, usual, 5).Outcome == JudgementOutcome.Tripped;
    }
}
