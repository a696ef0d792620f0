namespace Headgate.Contracts.Loading;

/// <summary>How far the loading of a segment has come.</summary>
public sealed record SegmentProgress
{
    /// <summary>The number for what is done of an object after its segments.</summary>
    public const int NoSegment = -1;

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>Records taken by committed batches so far; the sum of the next five.</summary>
    public required long Written { get; init; }

    /// <summary>New at the destination. Default 0, as of a worker that does not tell.</summary>
    public long Inserted { get; init; }

    /// <summary>Changed at the destination. Default 0.</summary>
    public long Updated { get; init; }

    /// <summary>Already as they should be. Default 0.</summary>
    public long Unchanged { get; init; }

    /// <summary>Refused by the destination and recorded. Default 0.</summary>
    public long Rejected { get; init; }

    /// <summary>Deleted at the destination, by a rollback. Default 0.</summary>
    public long Deleted { get; init; }

    /// <summary>Of <see cref="NoSegment"/>: rows deleted or marked because the object's read did not bring them. Default 0.</summary>
    public long Vanished { get; init; }

    /// <summary>
    /// The most records rejected of any LoadSegment.RejectsWindow in a row; those that wait for others are none. Default 0.
    /// </summary>
    public int RejectPeak { get; init; }

    /// <summary>How long the destination took for its committed batches so far, in milliseconds. Default 0.</summary>
    public long BusyMs { get; init; }
}
