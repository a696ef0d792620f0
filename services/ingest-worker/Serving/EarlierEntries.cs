namespace Headgate.IngestWorker.Serving;

/// <summary>What all entries of a record have that stand in the log before another one of it.</summary>
/// <param name="IsNew">Whether there was no such record before the first.</param>
/// <param name="Before">What was replaced, by field.</param>
/// <param name="Written">What was written in the end, by field.</param>
sealed record EarlierEntries(bool IsNew, IReadOnlyDictionary<string, string?> Before, IReadOnlyDictionary<string, string?> Written);
