namespace Headgate.Contracts.Loading;

/// <summary>Nothing is left to be done at the destination.</summary>
public sealed record ObjectsFinished
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>Rows deleted or marked because a full read did not bring them, by object number; objects without any may be left out.</summary>
    public required IReadOnlyDictionary<int, long> Vanished { get; init; }
}
