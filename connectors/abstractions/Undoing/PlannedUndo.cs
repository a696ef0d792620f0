namespace Headgate.Connectors.Undoing;

/// <summary>How the writes of a job to one object are undone, and what there is of them.</summary>
public sealed record PlannedUndo
{
    /// <summary>The plan, with <see cref="ObjectPlan.Undo"/>; it is written like any other.</summary>
    public required ObjectPlan Plan { get; init; }

    /// <summary>
    /// The segments, newest first. At least one: where nothing is logged it is empty.
    /// </summary>
    public required IReadOnlyList<UndoSegment> Segments { get; init; }

    /// <summary>Entries of the log that changed rows, before any selection of keys or fields.</summary>
    public required long Updates { get; init; }

    /// <summary>Those that inserted rows.</summary>
    public required long Inserts { get; init; }

    /// <summary>Those that deleted rows.</summary>
    public required long Deletes { get; init; }
}
