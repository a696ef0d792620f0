using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Tests.Guards;

public sealed class CanaryJudgeTests
{
    static readonly CanaryGuard Guard = new();
    static readonly DateOnly Today = new(2026, 3, 2);

    [Theory]
    [InlineData(500, false)]
    [InlineData(501, true)]
    public void Values_overwritten_beyond_the_share_trip(int changed, bool trips) =>
        Assert.Equal(trips, Trips(Measures.ChangedShare, Found(new FieldFindings { Field = "email", Changed = changed, Nulled = 0, NonNullBefore = 1_000, Same = 0, SameBefore = 0 })));

    [Theory]
    [InlineData(600, 300, false)]
    [InlineData(600, 301, true)]
    [InlineData(600, 600, true)]
    [InlineData(50, 26, true)]
    [InlineData(49, 49, false)] // Fewer values are chance.
    public void Values_of_a_sparse_field_are_judged_against_those_that_are_there(int filled, int overwritten, bool trips) => Assert.Equal(trips, Trips(
        Measures.ChangedShare,
        Found(new FieldFindings { Field = "phone", Changed = overwritten, Nulled = 0, NonNullBefore = filled, Overwritten = overwritten, Same = 0, SameBefore = 0 })));

    [Fact]
    public void Field_of_which_small_runs_have_said_nothing_is_not_judged_by_them()
    {
        var (few, many) = (Phone(filled: 49, overwritten: 0), Phone(filled: 600, overwritten: 600));
        var history = CanaryHistory.None.With(few, Today).With(few, Today).With(few, Today);
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.ChangedShare, Judge(many, full: false, history)).Outcome);

        var quiet = Phone(filled: 600, overwritten: 10);
        history = history.With(quiet, Today).With(quiet, Today);
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.ChangedShare, Judge(many, full: false, history)).Outcome);
        Assert.Equal(JudgementOutcome.Tripped, Of(Measures.ChangedShare, Judge(many, full: false, history.With(quiet, Today))).Outcome);

        static ObjectFindings Phone(long filled, long overwritten) => Found(
            new FieldFindings { Field = "phone", Changed = overwritten, Nulled = 0, NonNullBefore = filled, Overwritten = overwritten, Same = 0, SameBefore = 0 });
    }

    [Fact]
    public void Rows_that_are_filled_beside_those_that_are_overwritten_do_not_count() => Assert.False(Trips(
        Measures.ChangedShare, Found(new FieldFindings { Field = "phone", Changed = 700, Nulled = 0, NonNullBefore = 600, Overwritten = 300, Same = 0, SameBefore = 0 })));

    [Fact]
    public void Worker_of_before_that_does_not_count_them_is_judged_by_the_least_that_there_can_be() => Assert.False(Trips(
        Measures.ChangedShare, Found(new FieldFindings { Field = "phone", Changed = 600, Nulled = 0, NonNullBefore = 600, Same = 0, SameBefore = 0 })));

    [Fact]
    public void Replay_is_not_judged_by_what_it_overwrites_but_by_all_else()
    {
        var history = CanaryHistory.None.With(Found(Changed("email", 0)), Today).With(Found(Changed("email", 0)), Today).With(Found(Changed("email", 0)), Today);
        var found = Found(new FieldFindings { Field = "email", Changed = 1_000, Nulled = 60, NonNullBefore = 1_000, Overwritten = 1_000, Same = 300, SameBefore = 0 });
        Assert.Contains(Judge(found, full: false, history), judged => judged is { Measure: Measures.ChangedShare, Outcome: JudgementOutcome.Tripped });

        var replay = Judge(found, full: false, history, isReplay: true);
        Assert.Equal([Measures.NullShare, Measures.SameValueShare, Measures.InsertShare], replay.Select(judged => judged.Measure));
        Assert.Equal([Measures.NullShare, Measures.SameValueShare], replay.Where(judged => judged.Outcome == JudgementOutcome.Tripped).Select(judged => judged.Measure));
    }

    [Fact]
    public void To_fill_what_was_empty_overwrites_nothing() => Assert.False(Trips(
        Measures.ChangedShare, Found(new FieldFindings { Field = "email", Changed = 1_000, Nulled = 0, NonNullBefore = 0, Same = 0, SameBefore = 0 })));

    [Theory]
    [InlineData(50, false)]
    [InlineData(51, true)]
    public void Values_that_become_null_beyond_the_share_trip(int nulled, bool trips) => Assert.Equal(
        trips, Trips(Measures.NullShare, Found(new FieldFindings { Field = "email", Changed = nulled, Nulled = nulled, NonNullBefore = 1_000, Same = 0, SameBefore = 0 })));

    [Theory]
    [InlineData(200, 0, false)]
    [InlineData(201, 0, true)]
    [InlineData(201, 100, false)] // A value that many have already.
    public void One_value_in_many_rows_trips(int same, int before, bool trips) => Assert.Equal(
        trips, Trips(Measures.SameValueShare, Found(new FieldFindings { Field = "email", Changed = same, Nulled = 0, NonNullBefore = 1_000, Same = same, SameBefore = before })));

    [Theory]
    [InlineData(500, false)]
    [InlineData(501, true)]
    public void Inserts_in_place_of_the_rows_that_are_there_trip(int inserts, bool trips) => Assert.Equal(
        trips, Trips(Measures.InsertShare, Found() with { Inserts = inserts, Updates = 1_000 - inserts }));

    [Fact]
    public void Inserts_into_a_table_that_has_far_fewer_rows_are_what_it_is_for() => Assert.False(Trips(
        Measures.InsertShare, Found() with { Inserts = 1_000, Updates = 0, DestinationRows = 499 }));

    [Fact]
    public void Incremental_run_is_judged_by_what_usually_changes()
    {
        var usual = Found(Changed("updated_at", 1_000), Changed("status", 300));
        var history = CanaryHistory.None.With(usual, Today).With(usual, Today);
        Assert.Equal(JudgementOutcome.NotYet, Of(Measures.ChangedShare, Judge(usual, full: false, history)).Outcome);

        history = history.With(usual, Today);
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.ChangedShare, Judge(usual, full: false, history)).Outcome);
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.ChangedShare, Judge(Found(Changed("updated_at", 1_000), Changed("status", 700)), full: false, history)).Outcome);
        var tripped = Of(Measures.ChangedShare, Judge(Found(Changed("updated_at", 1_000), Changed("status", 701)), full: false, history));
        Assert.Equal((JudgementOutcome.Tripped, "status"), (tripped.Outcome, tripped.Field));
        Assert.Equal("70.1 % of the values of status in a sample of public.contacts would be overwritten, where it was 30 % at most in 3 runs before.", tripped.Sentence);
    }

    [Fact]
    public void Inserts_of_an_incremental_run_are_judged_by_how_many_there_usually_are()
    {
        var mostly = Found() with { Inserts = 800, Updates = 200 };
        var few = Found() with { Inserts = 100, Updates = 900 };
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.InsertShare, Judge(mostly, full: false, Seen(mostly))).Outcome);
        Assert.Equal(JudgementOutcome.Tripped, Of(Measures.InsertShare, Judge(mostly, full: false, Seen(few))).Outcome);

        static CanaryHistory Seen(ObjectFindings found) => CanaryHistory.None.With(found, Today).With(found, Today).With(found, Today);
    }

    [Fact]
    public void What_comes_once_a_month_is_known_the_next_time_and_forgotten_after_two()
    {
        var campaign = CanaryHistory.None.With(Found(Changed("price", 900)), Today);
        var quiet = Found(Changed("price", 10));
        Assert.Equal(0.9, campaign.With(quiet, Today.AddDays(34)).With(quiet, Today.AddDays(36)).Most("price").Changed);
        Assert.Equal(0.01, campaign.With(quiet, Today.AddDays(36)).With(quiet, Today.AddDays(72)).Most("price").Changed);
    }

    [Fact]
    public void Too_few_records_and_an_empty_table_are_not_judged()
    {
        Assert.Equal(
            "49 records of public.contacts were compared; it takes 50 to judge.", Assert.Single(Judge(Found() with { Rows = 49, Updates = 49 })).Sentence);
        var empty = Assert.Single(Judge(Found() with { DestinationRows = 0, Inserts = 1_000, Updates = 0 }));
        Assert.Equal((Measures.Sample, JudgementOutcome.NotYet), (empty.Measure, empty.Outcome));
    }

    static FieldFindings Changed(string field, long rows) => new() { Field = field, Changed = rows, Nulled = 0, NonNullBefore = 1_000, Same = 0, SameBefore = 0 };

    static ObjectFindings Found(params FieldFindings[] fields) => new()
    {
        ObjectNo = 0,
        Rows = 1_000,
        Inserts = 0,
        Updates = 1_000,
        Unchanged = 0,
        Rejected = 0,
        DestinationRows = 80_000,
        Fields = fields,
    };

    [Fact]
    public void Runs_that_were_rolled_back_make_room_for_those_that_stand()
    {
        var undone = new HashSet<long> { 1, 2, 3 };
        var usual = Found(Changed("email", 100));
        var history = undone.Aggregate(CanaryHistory.None, (before, job) => before.With(Found(Changed("email", 1_000 - job)), Today, job)).With(usual, Today, 4, undone);

        var only = CanaryHistory.None.With(usual, Today, 4);
        Assert.Equal((1, only.Most("email")), (history.Without(undone).Runs, history.Without(undone).Most("email")));
        Assert.NotEqual(only.Most("email"), history.Most("email"));
    }

    [Fact]
    public void Bad_runs_that_were_rolled_back_leave_known_what_was_usual_before_them()
    {
        var usual = Found(Changed("email", 600));
        var bad = Enumerable.Range(1, 6).Select(job => (Job: (long)job, Found: Found(Changed("email", 900 + job)))).ToList();
        var undone = bad.Select(each => each.Job).ToHashSet();
        var known = CanaryHistory.None.With(usual, Today).With(usual, Today).With(usual, Today);
        var history = bad.Aggregate(known, (before, each) => before.With(each.Found, Today, each.Job)).Without(undone);

        Assert.Equal((3, 0.6), (history.Runs, history.Most("email").Changed));
        Assert.Equal(JudgementOutcome.Passed, Of(Measures.ChangedShare, Judge(usual, full: false, history)).Outcome);

        // Of what never was, nothing is believed.
        var nulled = Found(new FieldFindings { Field = "email", Changed = 900, Nulled = 900, NonNullBefore = 1_000, Same = 0, SameBefore = 0 });
        history = bad.Aggregate(known, (before, each) => before.With(nulled, Today, each.Job)).Without(undone);
        Assert.Equal(JudgementOutcome.Tripped, Of(Measures.NullShare, Judge(nulled, full: false, history)).Outcome);
    }

    [Fact]
    public void Shares_that_are_kept_of_a_field_are_few_however_many_runs_there_were()
    {
        var peaks = Enumerable.Range(1, 1_000).Aggregate(
            FieldPeaks.None, (before, job) => before.With(job, new FieldShares((job * 617 % 1_000) / 1_000.0, 0, 0), new HashSet<long>()));
        Assert.Equal((999, true, 0), ((int)(1_000 * peaks.Most.Changed), peaks.Changed.Count <= 10, peaks.Nulled.Count));
    }

    static IReadOnlyList<Judgement> Judge(ObjectFindings found, bool full = true, CanaryHistory? history = null, bool isReplay = false) => CanaryJudge.Judge(Guard, new CanarySubject
    {
        Object = "public.contacts",
        Full = full,
        IsReplay = isReplay,
        Rows = 1_000,
        Runs = 5,
        Found = found,
        History = history ?? CanaryHistory.None,
    });

    static bool Trips(string measure, ObjectFindings found) => Of(measure, Judge(found)).Outcome == JudgementOutcome.Tripped;

    static Judgement Of(string measure, IReadOnlyList<Judgement> judged) => judged.Single(each => each.Measure == measure);
}
