namespace Headgate.Contracts.Loading;

/// <summary>Write a staged segment to the destination, batch by batch.</summary>
public sealed record LoadSegment
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

    /// <summary>The staged copy that was sealed.</summary>
    public required Guid Copy { get; init; }

    /// <summary>Records in it.</summary>
    public required long Rows { get; init; }

    /// <summary>The table was found empty: use plain COPY until a key conflict.</summary>
    public required bool Empty { get; init; }

    /// <summary>A ceiling for this segment, its share of the job's, in records a second; 0: none. Default 0.</summary>
    public double MaxRowsPerSecond { get; init; }

    /// <summary>Which setting of the job's rate the ceiling is of; 0: the pipeline file's. Default 0.</summary>
    public int RateNo { get; init; }

    /// <summary>
    /// 0: write the segment. 1 and more: its records are written; try those again that waited for records that stand in their way, or that
    /// they refer to. Default 0.
    /// </summary>
    public int Round { get; init; }

    /// <summary>Over how many records in a row rejects are counted for SegmentProgress.RejectPeak; 0: they are not. Default 0.</summary>
    public int RejectsWindow { get; init; }
}
