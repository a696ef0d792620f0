using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What a guard that trips says of the cause, as far as that decides which cancel to use.</summary>
static class GuardCauses
{
    /// <param name="guard">The guard.</param>
    /// <param name="measure">What it went by.</param>
    /// <param name="action">What it does: one that only tells lets the job go on writing.</param>
    public static CancelCause Of(Guard guard, string measure, GuardAction action) => (guard, measure) switch
    {
        (Guard.FullLoad, _) => CancelCause.FullResync,
        (Guard.Volume, Measures.Vanished) => CancelCause.RowsVanish,
        (Guard.Volume, _) => CancelCause.TooManyRecords,
        (Guard.Canary, Measures.NullShare) => CancelCause.NullsOverwrite,
        (Guard.Canary, _) => action == GuardAction.Notify ? CancelCause.CorruptingWrites : CancelCause.WrongMapping,
        (Guard.Rejects, _) => CancelCause.ManyRejects,
        (Guard.Duration, Measures.TimesP99) => CancelCause.LongRun,
        _ => CancelCause.SlowRun,
    };
}
