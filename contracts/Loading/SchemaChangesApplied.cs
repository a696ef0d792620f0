namespace Headgate.Contracts.Loading;

/// <summary>The destination has the shape that the job needs.</summary>
public sealed record SchemaChangesApplied
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>Objects whose table was found empty: they are loaded by plain COPY until a key conflict.</summary>
    public required IReadOnlyList<int> EmptyObjects { get; init; }
}
