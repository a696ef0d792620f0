namespace Headgate.Contracts.Comparing;

/// <summary>The named objects are compared.</summary>
public sealed record RecordsCompared
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>What was found of each.</summary>
    public required IReadOnlyList<ObjectFindings> Objects { get; init; }
}
