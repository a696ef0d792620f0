using System.Globalization;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What a guard saw of several objects, as one judgement: a job may have thousands, and people read one sentence.</summary>
static class Judgements
{
    /// <param name="each">Of one guard and measure; at least one.</param>
    public static Judgement Together(IReadOnlyList<Judgement> each)
    {
        if (each is [var only]) return only;
        var tripped = each.Where(judgement => judgement.Outcome == JudgementOutcome.Tripped).ToList();
        if (tripped.Count > 0)
        {
            var worst = tripped.MaxBy(judgement => judgement.Excess)!;
            return worst with { Sentence = worst.Sentence + Others(tripped.Select(judgement => judgement.Object).Distinct().Count() - 1, "The same goes for") };
        }

        var judged = each.Where(judgement => judgement.Outcome == JudgementOutcome.Passed).ToList();
        var first = judged.FirstOrDefault() ?? each[0];
        var silent = each.Count - judged.Count;
        return judged.Count == 0
            ? first with { Sentence = first.Sentence + Others(silent - 1, "Nor can it judge") }
            : first with { Sentence = first.Sentence + Others(judged.Count - 1, "The same goes for") + Others(silent, "It cannot judge yet of") };
    }

    static string Others(int count, string what) =>
        count <= 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {what} {count:N0} {(count == 1 ? "other object" : "other objects")}.");
}
