using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>An attempt that has left records in doubt.</summary>
/// <param name="Number">Which one of its job.</param>
/// <param name="Written">Records that it has written for certain, as counted before.</param>
sealed record DoubtfulAttempt(int Number, long Written)
{
    /// <summary>
    /// Whether this is its ledger. One only ever grows: a ledger that lacks what was counted is another destination's, to which the connection
    /// leads by now, or one that was restored from before; what it says of this attempt is not so.
    /// </summary>
    public bool IsIn(IReadOnlyList<LedgerEntry> ledger) => ledger.Count > 0 && ledger.Sum(entry => entry.Counts.Written) >= Written;
}
