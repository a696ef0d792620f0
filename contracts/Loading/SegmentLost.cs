namespace Headgate.Contracts.Loading;

/// <summary>The staged copy is gone or damaged: its object is read again under new segments.</summary>
public sealed record SegmentLost
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }
}
