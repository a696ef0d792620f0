namespace Headgate.Connectors.Changes;

/// <summary>Which rejected records of a job.</summary>
public sealed record RejectQuery
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of these objects, by their numbers; null: of all.</summary>
    public IReadOnlyCollection<int>? Objects { get; init; }

    /// <summary>Only of this attempt, from 1; null: of all.</summary>
    public int? Attempt { get; init; }

    /// <summary>Only behind this one; null: from the first.</summary>
    public RejectPlace? After { get; init; }

    /// <summary>The most to answer with.</summary>
    public required int Limit { get; init; }
}
