namespace Headgate.Connectors.Undoing;

/// <summary>An object of a rollback that is to be planned.</summary>
public sealed record ObjectToUndo
{
    /// <summary>Its number in the rollback.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The job whose writes are undone.</summary>
    public required Guid OfJobId { get; init; }

    /// <summary>Its number in that job.</summary>
    public required int OfObjectNo { get; init; }

    /// <summary>The destination object as the pipeline file names it.</summary>
    public required string To { get; init; }

    /// <summary>Only these destination fields. Default, empty: all, and rows that were inserted or deleted too.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The rollback whose keys in headgate.selection are meant. Null: all records.</summary>
    public Guid? Selection { get; init; }

    /// <summary>Whether the job loaded a new table, which took the place of the one before. Default: not.</summary>
    public bool WasReplaced { get; init; }
}
