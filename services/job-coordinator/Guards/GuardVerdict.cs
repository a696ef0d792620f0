using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What is to become of a job that guards have tripped on and nobody has let pass: the strictest of what they are to do.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Reason">Which guard it was, and why: the reason of the stop.</param>
sealed record GuardVerdict(GuardAction Action, string Reason)
{
    public static readonly GuardVerdict Nothing = new(GuardAction.Notify, "");
}
