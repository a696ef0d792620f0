using System.Globalization;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Guards;

/// <summary>
/// Trips where writing a sample of what is staged would overwrite far more of the destination than runs before: in many rows, with nothing, with
/// one value over and over, or by new rows in place of those that are there.
/// </summary>
static class CanaryJudge
{
    /// <summary>A share of fewer is chance.</summary>
    public const int LeastRows = 50;

    /// <summary>What changes in a run that reads what has changed is known after so many.</summary>
    public const int RunsNeeded = 3;

    // Beside the pipeline's own share: so much more than ever, so that what is usual is not held for being so.
    const double TimesMost = 2;
    const double MoreChanged = 0.1;
    const double MoreNulled = 0.02;
    const int MoreSame = 20;

    public static FieldShares SharesOf(ObjectFindings found, FieldFindings field)
    {
        var existing = found.Updates + found.Unchanged;
        if (existing == 0) return FieldShares.None;
        // To fill what was empty overwrites nothing. Where that was not counted, at least so many had a value.
        var overwritten = field.Overwritten ?? Math.Max(0, field.Changed - (existing - field.NonNullBefore));
        // Of what was there: all of it may be lost in a field that few rows have.
        var isEnough = field.NonNullBefore >= LeastRows;
        return new FieldShares(
            isEnough ? Share(overwritten, field.NonNullBefore) : 0, isEnough ? Share(field.Nulled, field.NonNullBefore) : 0,
            field.Same > (TimesMost * field.SameBefore) + MoreSame ? Share(field.Same, found.Rows) : 0, isEnough ? 1 : 0);
    }

    public static double InsertsOf(ObjectFindings found) => Share(found.Inserts, found.Rows);

    /// <summary>Whether there is anything to be said of this sample.</summary>
    public static bool IsEnough(ObjectFindings found) => found.Rows >= LeastRows && found.DestinationRows != 0;

    /// <summary>There is nothing to compare.</summary>
    public static Judgement NotCompared { get; } = new()
    {
        Guard = Guard.Canary,
        Measure = Measures.Sample,
        Outcome = JudgementOutcome.NotYet,
        Sentence = $"Nothing was compared with the destination: fewer than {LeastRows} records are staged of each object, or its table is yet to be created.",
    };

    /// <returns>A judgement for each measure; one that says why none can be made.</returns>
    public static IReadOnlyList<Judgement> Judge(CanaryGuard guard, CanarySubject subject)
    {
        var found = subject.Found;
        if (!IsEnough(found)) return [TooLittle(subject)];
        Judgement[] others = [Fields(guard, subject, Measures.NullShare), Fields(guard, subject, Measures.SameValueShare), Inserts(guard, subject)];
        return subject.IsReplay ? others : [Fields(guard, subject, Measures.ChangedShare), .. others];
    }

    static Judgement Fields(CanaryGuard guard, CanarySubject subject, string measure)
    {
        var allowed = measure switch
        {
            Measures.ChangedShare => guard.ChangedShare,
            Measures.NullShare => guard.NullShare,
            _ => guard.SameValueShare,
        };
        var (found, history) = (subject.Found, subject.History);
        if (found.Updates + found.Unchanged < LeastRows)
            return Of(subject, measure, allowed, JudgementOutcome.NotYet, $"Of the sample of {subject.Object} the destination has fewer than {LeastRows} rows.");
        // In a run that reads what has changed something changes in every row: what that is nobody knows yet.
        if (!subject.Full && history.Runs < RunsNeeded)
        {
            return Of(
                subject, measure, allowed, JudgementOutcome.NotYet,
                $"Of {subject.Object} {Runs(history.Runs)} that read what had changed; it takes {RunsNeeded} to judge what usually changes.");
        }

        var worst = found.Fields
            .Where(field => IsKnown(subject, measure, history.Most(field.Field)))
            .Select(field => (field.Field, Now: In(SharesOf(found, field), measure), Most: In(history.Most(field.Field), measure)))
            .Where(field => field.Now > allowed && field.Now > (TimesMost * field.Most) + More(measure))
            .OrderByDescending(field => field.Now).FirstOrDefault();
        return worst.Field is null
            ? Of(subject, measure, allowed, JudgementOutcome.Passed, $"{Percent(found.Fields.Select(field => In(SharesOf(found, field), measure)).DefaultIfEmpty().Max())} of the sample of {subject.Object} at most, by field: {What(measure)}.")
            : Of(subject, measure, allowed, JudgementOutcome.Tripped, Sentence(subject, measure, worst.Field, worst.Now, worst.Most), worst.Now, worst.Field);
    }

    // Of a field that few rows have, small runs have said nothing.
    static bool IsKnown(CanarySubject subject, string measure, FieldShares before) =>
        subject.Full || measure == Measures.SameValueShare || before.Runs >= RunsNeeded;

    // A full read of a table that was written before finds its rows there; another one knows by the runs before whether updates are the rule.
    static Judgement Inserts(CanaryGuard guard, CanarySubject subject)
    {
        var (share, allowed) = (InsertsOf(subject.Found), guard.InsertShare);
        var isKnown = subject.Full ? subject.Runs > 0 : subject.History.Runs >= RunsNeeded;
        if (!isKnown)
        {
            return Of(
                subject, Measures.InsertShare, allowed, JudgementOutcome.NotYet,
                $"Of {subject.Object} {Runs(subject.Full ? subject.Runs : subject.History.Runs)}; it takes {(subject.Full ? 1 : RunsNeeded)} to judge whether inserts are the rule.");
        }

        var most = subject.History.MostInserts;
        var isRule = subject.Full ? subject.Found.DestinationRows < subject.Rows / 2 : share <= (TimesMost * most) + MoreChanged;
        return share > allowed && !isRule
            ? Of(
                subject, Measures.InsertShare, allowed, JudgementOutcome.Tripped,
                subject.Full
                    ? $"{Percent(share)} of a sample of {subject.Object} would be inserted, although the destination was loaded before and has {N(subject.Found.DestinationRows)} rows: as where the key is another one."
                    : $"{Percent(share)} of a sample of {subject.Object} would be inserted, where it was {Percent(most)} at most in the runs before: as where the key is another one.",
                share)
            : Of(subject, Measures.InsertShare, allowed, JudgementOutcome.Passed, $"{Percent(share)} of the sample of {subject.Object} would be inserted.", share);
    }

    static Judgement TooLittle(CanarySubject subject) => Of(
        subject, Measures.Sample, 0, JudgementOutcome.NotYet, subject.Found switch
        {
            { DestinationRows: 0 } => $"{subject.Object} is empty, so that nothing of it can be overwritten.",
            { Rows: > 0 } => $"{N(subject.Found.Rows)} records of {subject.Object} were compared; it takes {LeastRows} to judge.",
            { Failure: { } why } => $"The records of {subject.Object} could not be compared with the destination: {why.TrimEnd('.')}.",
            _ when subject.Rows >= LeastRows => $"The records of {subject.Object} could not be compared with the destination.",
            _ => $"{N(subject.Rows)} records of {subject.Object} are staged; it takes {LeastRows} to judge.",
        });

    static string Sentence(CanarySubject subject, string measure, string field, double now, double most) => measure switch
    {
        Measures.ChangedShare => $"{Percent(now)} of the values of {field} in a sample of {subject.Object} would be overwritten, {Before(subject, most)}.",
        Measures.NullShare => $"{Percent(now)} of the values of {field} in a sample of {subject.Object} would become null, {Before(subject, most)}.",
        _ => $"{Percent(now)} of a sample of {subject.Object} would newly get one and the same value in {field}, {Before(subject, most)}.",
    };

    static string Before(CanarySubject subject, double most) => subject.History.Runs == 0
        ? "and no sample of a full read was seen before" : $"where it was {Percent(most)} at most in {N(subject.History.Runs)} {(subject.History.Runs == 1 ? "run" : "runs")} before";

    static string What(string measure) => measure switch
    {
        Measures.ChangedShare => "values overwritten",
        Measures.NullShare => "values become null",
        _ => "one and the same value",
    };

    static double In(FieldShares shares, string measure) => measure switch
    {
        Measures.ChangedShare => shares.Changed,
        Measures.NullShare => shares.Nulled,
        _ => shares.Same,
    };

    static double More(string measure) => measure == Measures.NullShare ? MoreNulled : MoreChanged;

    static Judgement Of(
        CanarySubject subject, string measure, double allowed, JudgementOutcome outcome, string sentence, double observed = 0, string? field = null) => new()
        {
            Guard = Guard.Canary,
            Measure = measure,
            Outcome = outcome,
            Object = subject.Object,
            Field = field,
            Observed = Math.Round(observed, 4),
            Allowed = allowed,
            Sentence = sentence,
        };

    static double Share(long part, long of) => of == 0 ? 0 : (double)part / of;

    static string Runs(int count) => count == 1 ? "one run has completed" : count == 0 ? "no run has completed" : $"{N(count)} runs have completed";

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Percent(double share) => $"{(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
