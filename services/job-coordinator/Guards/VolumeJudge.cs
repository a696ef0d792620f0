using System.Globalization;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Guards;

/// <summary>Trips where there are far more records of an object than in the runs gone by.</summary>
static class VolumeJudge
{
    /// <summary>Before anything is read, by what the source says of its size; null: that says nothing against it, and the count will tell.</summary>
    /// <remarks>
    /// More than the source has cannot be read, as each object is read by its key under one snapshot: its size tells of a full read, before the
    /// first record, that it would bring far more than it should.
    /// </remarks>
    public static Judgement? JudgeSource(VolumeGuard guard, ObjectRead read, VolumeReference? usual) =>
        read is { Full: true, SourceRows: var rows } && usual is not null && rows > usual.Limit
            ? Of(guard, read.Object, rows, usual, JudgementOutcome.Tripped, $"The source has about {N(rows)} records of {read.Object}, all of which would be read, and {Before(guard, rows, usual)}.")
            : null;

    /// <param name="guard">What the pipeline allows.</param>
    /// <param name="subject">The destination table.</param>
    /// <param name="rows">How many records are staged.</param>
    /// <param name="usual">What there usually is; null: too few runs to judge by.</param>
    /// <param name="runs">How many runs have completed.</param>
    public static Judgement Judge(VolumeGuard guard, string subject, long rows, VolumeReference? usual, int runs) => usual switch
    {
        null => new Judgement
        {
            Guard = Guard.Volume,
            Measure = Measures.MaxRatio,
            Outcome = JudgementOutcome.NotYet,
            Object = subject,
            Observed = rows,
            Sentence = $"Of {subject} {Done(runs)} completed so far; it takes {N(guard.MinRuns)} to judge how many records there may be.",
        },
        _ when rows > usual.Limit => Of(
            guard, subject, rows, usual, JudgementOutcome.Tripped, $"{N(rows)} records of {subject} were read, and {Before(guard, rows, usual)}."),
        _ => Of(guard, subject, rows, usual, JudgementOutcome.Passed, $"{N(rows)} records of {subject} were read; more than {N(usual.Limit)} would be too many."),
    };

    /// <summary>Of rows that are taken away because a full read does not bring them: that it brings so few may be a fault of the source.</summary>
    /// <remarks>
    /// Where how many are there cannot be found out, as the comparison has failed, it trips too: what is taken away unseen is gone, and whoever
    /// looks can let it pass. Where the destination cannot say how many there are, the guard cannot either.
    /// </remarks>
    public static Judgement JudgeVanishing(VolumeGuard guard, CanarySubject subject)
    {
        var there = subject.Found.DestinationRows;
        var isFar = there > VolumeReference.Least && there > guard.MaxRatio * subject.Rows;
        return new Judgement
        {
            Guard = Guard.Volume,
            Measure = Measures.Vanished,
            Outcome = subject.Found.Failure is not null || isFar ? JudgementOutcome.Tripped : there < 0 ? JudgementOutcome.NotYet : JudgementOutcome.Passed,
            Object = subject.Object,
            Observed = there < 0 ? 0 : Math.Round(there / Math.Max(1.0, subject.Rows), 2),
            Allowed = guard.MaxRatio,
            Sentence = subject.Found switch
            {
                { Failure: { } why } => $"How many rows of {subject.Object} are not among the {N(subject.Rows)} records that were read could not be found out, and they would be deleted or marked: {why.TrimEnd('.')}.",
                _ when there < 0 => $"The destination cannot say how many rows {subject.Object} has: how many of them are not among the {N(subject.Rows)} records that were read is not known.",
                _ when isFar => $"{N(subject.Rows)} records of {subject.Object} were read, where the destination has about {N(there)} rows: those that were not read would be deleted or marked.",
                _ => $"{N(subject.Rows)} records of {subject.Object} were read, where the destination has about {N(there)} rows; those that were not read are deleted or marked.",
            },
        };
    }

    static Judgement Of(VolumeGuard guard, string subject, long rows, VolumeReference usual, JudgementOutcome outcome, string sentence) => new()
    {
        Guard = Guard.Volume,
        Measure = Measures.MaxRatio,
        Outcome = outcome,
        Object = subject,
        Observed = Math.Round(rows / Math.Max(1, usual.Usual), 2),
        Allowed = guard.MaxRatio,
        Sentence = sentence,
    };

    static string Before(VolumeGuard guard, long rows, VolumeReference usual) => usual.Usual < usual.Largest
        ? $"{N(usual.Usual)} is the median of the last {N(usual.Runs)} runs, {N(usual.Largest)} the most of any: more than {guard.MaxRatio.ToString(CultureInfo.InvariantCulture)} times as many"
        : $"none of the last {N(usual.Runs)} runs had more than {N(usual.Largest)}: {(rows / Math.Max(1, usual.Usual)).ToString("N0", CultureInfo.InvariantCulture)} times as many";

    static string Done(int runs) => runs == 1 ? "one run has" : runs == 0 ? "no run has" : $"{N(runs)} runs have";

    static string N(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
