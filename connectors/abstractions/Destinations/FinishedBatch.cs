namespace Headgate.Connectors.Destinations;

/// <summary>What one transaction has done towards finishing an object.</summary>
/// <param name="Skipped">Why nothing may be written; null: it may.</param>
/// <param name="Done">Whether nothing is left to do.</param>
/// <param name="Vanished">Rows deleted or marked so far, by all transactions of the object.</param>
/// <param name="Rows">Of those, the ones of this transaction.</param>
public sealed record FinishedBatch(SkipReason? Skipped, bool Done, long Vanished, long Rows = 0);
