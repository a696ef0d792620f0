using Headgate.Contracts.Jobs;

namespace Headgate.Contracts.Loading;

/// <summary>Every record of the segment is written or recorded as rejected.</summary>
public sealed record SegmentLoaded
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>What became of its records, from the ledger.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>
    /// Of the rejected records, those that wait for records that stand in their way, or that they refer to: they are tried again, round by
    /// round, once all else of their level is loaded.
    /// </summary>
    public long Deferred { get; init; }

    /// <summary>The round of the LoadSegment that this answers. Default 0.</summary>
    public int Round { get; init; }

    /// <summary>
    /// The most records rejected of any LoadSegment.RejectsWindow in a row; those that wait for others are none. Default 0.
    /// </summary>
    public int RejectPeak { get; init; }

    /// <summary>How long the destination took for its committed batches so far, in milliseconds. Default 0.</summary>
    public long BusyMs { get; init; }
}
