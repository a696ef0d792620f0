using System.Globalization;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Guards;

/// <summary>Trips where the destination rejects too many of any so many records in a row, wherever in the segment they are.</summary>
static class RejectsJudge
{
    /// <param name="guard">What the pipeline allows.</param>
    /// <param name="subject">The destination table.</param>
    /// <param name="peak">The most that were rejected of any window.</param>
    public static Judgement Judge(RejectsGuard guard, string subject, int peak)
    {
        var share = (double)peak / guard.Window;
        return new Judgement
        {
            Guard = Guard.Rejects,
            Measure = Measures.Rate,
            Outcome = Trips(guard, peak) ? JudgementOutcome.Tripped : JudgementOutcome.Passed,
            Object = subject,
            Observed = Math.Round(share, 4),
            Allowed = guard.Rate,
            Sentence = string.Create(
                CultureInfo.InvariantCulture,
                $"The destination has rejected {peak:N0} of {guard.Window:N0} records of {subject} in a row: {100 * share:0.#} %, and {100 * guard.Rate:0.#} % are too many."),
        };
    }

    public static bool Trips(RejectsGuard guard, int peak) => peak > 0 && peak >= guard.Rate * guard.Window;
}
