namespace Headgate.Connectors.Rejects;

/// <summary>Which rejected records.</summary>
public sealed record RejectQuery
{
    /// <summary>Of this job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of this object, by its number; null: of all.</summary>
    public int? ObjectNo { get; init; }

    /// <summary>Only of this attempt, from 1; null: of all.</summary>
    public int? Attempt { get; init; }

    /// <summary>Only behind this <see cref="LoggedReject.Place"/>; null: from the first.</summary>
    public string? After { get; init; }

    /// <summary>The most to answer with.</summary>
    public required int Limit { get; init; }
}
