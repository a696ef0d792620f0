namespace Headgate.Connectors.Undoing;

/// <summary>What undoing would do, by the rows as they are now: one count a record, by its newest entry.</summary>
public sealed record UndoPreview
{
    /// <summary>Rows whose values would be put back.</summary>
    public required long PutBack { get; init; }

    /// <summary>Rows that the job inserted and that would be deleted.</summary>
    public required long InsertsDeleted { get; init; }

    /// <summary>Rows that the job deleted and that would be there again.</summary>
    public required long DeletesRestored { get; init; }

    /// <summary>Rows that are as they were before the job already.</summary>
    public required long Unchanged { get; init; }

    /// <summary>Rows that would be left as they are, because somebody changed them since, or others refer to them.</summary>
    public required long Conflicts { get; init; }
}
