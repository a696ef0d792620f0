namespace Headgate.Contracts.Extraction;

/// <summary>Read a segment into staging.</summary>
public sealed record ExtractSegment
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>A ceiling for this segment, its share of the job's, in records a second; 0: none. Default 0.</summary>
    public double MaxRowsPerSecond { get; init; }

    /// <summary>Which setting of the job's rate the ceiling is of; 0: the pipeline file's. Default 0.</summary>
    public int RateNo { get; init; }
}
