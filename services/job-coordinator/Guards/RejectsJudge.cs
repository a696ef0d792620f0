using System.Globalization;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Guards;

/// <summary>
/// Trips where the destination rejects too many of any so many records in a row, wherever in the segment they are. A segment that is over and had
/// fewer records than that is judged by all that it had: small runs would never be judged otherwise.
/// </summary>
static class RejectsJudge
{
    /// <summary>Of a segment with fewer records than the window: fewer rejects are a few bad records, unless all of them were rejected.</summary>
    public const int LeastRejects = 20;

    /// <summary>All of fewer records is no more than that.</summary>
    public const int LeastRecords = 10;

    /// <param name="guard">What the pipeline allows.</param>
    /// <param name="subject">The destination table.</param>
    /// <param name="peak">The most that were rejected of any window.</param>
    /// <param name="records">How many records the segment had; null: it is not over.</param>
    public static Judgement Judge(RejectsGuard guard, string subject, int peak, long? records)
    {
        var window = records is { } all && IsShort(guard, all) ? all : guard.Window;
        var share = (double)peak / window;
        return new Judgement
        {
            Guard = Guard.Rejects,
            Measure = Measures.Rate,
            Outcome = Trips(guard, peak, records) ? JudgementOutcome.Tripped : JudgementOutcome.Passed,
            Object = subject,
            Observed = Math.Round(share, 4),
            Allowed = guard.Rate,
            Sentence = string.Create(
                CultureInfo.InvariantCulture,
                $"The destination has rejected {peak:N0} of {window:N0} records of {subject} in a row: {100 * share:0.#} %, and {100 * guard.Rate:0.#} % are too many."),
        };
    }

    public static bool Trips(RejectsGuard guard, int peak, long? records) =>
        peak > 0 && (peak >= guard.Rate * guard.Window || (records is { } all && IsShort(guard, all) && IsTooManyOf(guard, peak, all)));

    static bool IsShort(RejectsGuard guard, long records) => records > 0 && records < guard.Window;

    static bool IsTooManyOf(RejectsGuard guard, int peak, long records) =>
        peak >= guard.Rate * records && (peak >= LeastRejects || (peak >= records && records >= LeastRecords));
}
