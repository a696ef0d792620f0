using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What is written down of one measure: all objects in one sentence.</summary>
sealed record KeptJudgement
{
    public required Judgement Judgement { get; init; }

    /// <summary>What its guard is to do.</summary>
    public required GuardAction Action { get; init; }

    /// <summary>How often something was let pass by this measure before.</summary>
    public required int Round { get; init; }

    /// <summary>Each object that has tripped.</summary>
    public required IReadOnlyList<string> Objects { get; init; }

    /// <param name="of">Of one guard and measure; at least one.</param>
    /// <param name="action">What the guard is to do.</param>
    /// <param name="round">How often something was let pass by the measure before.</param>
    public static KeptJudgement Of(IReadOnlyList<Judgement> of, GuardAction action, int round) => new()
    {
        Judgement = Judgements.Together(of),
        Action = action,
        Round = round,
        Objects = [.. of.Where(each => each.Outcome == JudgementOutcome.Tripped).Select(NameOf).Distinct().Order(StringComparer.Ordinal)],
    };

    /// <summary>The object as it is kept; of the whole job there is none.</summary>
    public static string NameOf(Judgement judgement) => judgement.Object ?? "";
}
