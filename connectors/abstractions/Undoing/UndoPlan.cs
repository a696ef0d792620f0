namespace Headgate.Connectors.Undoing;

/// <summary>
/// Of an object of a rollback: whose writes to it are undone, and which of them. What is staged of it are entries of the change log,
/// newest first, in a form of the destination's own.
/// </summary>
public sealed record UndoPlan
{
    /// <summary>The job whose writes are undone.</summary>
    public required Guid OfJobId { get; init; }

    /// <summary>The object's number in that job.</summary>
    public required int OfObjectNo { get; init; }

    /// <summary>
    /// Positions in <see cref="ObjectPlan.Fields"/> of those that are put back; rows that were inserted or deleted stay as they are then.
    /// Default, empty: all of them, and those rows too.
    /// </summary>
    public IReadOnlyList<int> Fields { get; init; } = [];

    /// <summary>How many of the fields, the first ones, the job's records were staged with: what the log's hashes were made of.</summary>
    public required int Staged { get; init; }

    /// <summary>The rollback whose keys in headgate.selection are meant. Null: all records.</summary>
    public Guid? Selection { get; init; }

    /// <summary>
    /// The destination object's other columns that hold something of their own: rows that are deleted or put back are logged with them.
    /// </summary>
    public IReadOnlyList<UndoColumn> Rest { get; init; } = [];

    /// <summary>
    /// What of <see cref="Rest"/> the job has logged with whole rows, by its attempts. An attempt that is missing has logged none of it.
    /// </summary>
    public IReadOnlyList<UndoRest> Logged { get; init; } = [];
}
