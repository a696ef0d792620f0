namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>What became of the entries of one write.</summary>
/// <param name="PutBack">Rows that have their values again.</param>
/// <param name="Deleted">Rows that the job inserted and that are not there any more.</param>
/// <param name="Restored">Rows that the job deleted and that are there again.</param>
/// <param name="Unchanged">Those that were as they had been already.</param>
/// <param name="Conflicts">Those that were left as they are, and recorded.</param>
sealed record UndoOutcome(long PutBack = 0, long Deleted = 0, long Restored = 0, long Unchanged = 0, long Conflicts = 0)
{
    /// <summary>The numbers of the conflicts that may pass once others are undone, rising.</summary>
    public IReadOnlyList<long> Waiting { get; init; } = [];
}
