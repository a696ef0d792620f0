namespace Headgate.Contracts.Extraction;

/// <summary>The snapshot that the segment was to be read under is gone: its object is planned anew.</summary>
public sealed record SnapshotLost
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
