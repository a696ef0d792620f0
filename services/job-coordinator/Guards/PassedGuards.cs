using Headgate.Contracts.Guards;

namespace Headgate.JobCoordinator.Guards;

/// <summary>
/// What somebody has let a job pass in its present attempt: what was seen, and no more. Another object that trips by the same measure, or the
/// same one by another measure, is seen by nobody yet.
/// </summary>
sealed class PassedGuards(IReadOnlyList<(Guard Guard, string Measure, IReadOnlyCollection<string> Objects)> passes)
{
    public static readonly PassedGuards None = new([]);

    readonly ILookup<(Guard, string), IReadOnlyCollection<string>> _passes = passes.ToLookup(pass => (pass.Guard, pass.Measure), pass => pass.Objects);

    public bool Cover(Judgement judgement) =>
        _passes[(judgement.Guard, judgement.Measure)].Any(objects => objects.Contains(KeptJudgement.NameOf(judgement)));

    /// <summary>How often something was let pass by this measure.</summary>
    public int Rounds(Guard guard, string measure) => _passes[(guard, measure)].Count();
}
