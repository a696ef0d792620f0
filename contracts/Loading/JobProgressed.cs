namespace Headgate.Contracts.Loading;

/// <summary>What a worker has in hand, at most once a second for a job.</summary>
public sealed record JobProgressed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>How far each segment in hand has come.</summary>
    public required IReadOnlyList<SegmentProgress> Segments { get; init; }
}
