namespace Headgate.Connectors.Repairs;

/// <summary>Which of a job's changes.</summary>
public sealed record LogQuery
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of this object, by its number; null: of all.</summary>
    public int? ObjectNo { get; init; }

    /// <summary>Only changes of records that were there before and after, and of these fields, by their places in the log. Empty: all.</summary>
    public IReadOnlyList<int> Fields { get; init; } = [];

    /// <summary>Only of records with these keys, normalized. Null: of all.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Keys { get; init; }
}
