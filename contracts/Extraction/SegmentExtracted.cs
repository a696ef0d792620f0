namespace Headgate.Contracts.Extraction;

/// <summary>A segment is staged.</summary>
public sealed record SegmentExtracted
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>Names the staged copy: the job seals exactly one.</summary>
    public required Guid Copy { get; init; }

    /// <summary>Records in it.</summary>
    public required long Rows { get; init; }

    /// <summary>Its size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of a replay: records that the earlier job touched and the source does not have, or its filter leaves out. Default 0.</summary>
    public long Missing { get; init; }

    /// <summary>The segment that goes on from here, in a keyset chain.</summary>
    public int? NextSegmentNo { get; init; }
}
