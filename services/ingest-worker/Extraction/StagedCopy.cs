namespace Headgate.IngestWorker.Extraction;

/// <summary>A staged file of a segment, as the database knows it.</summary>
sealed record StagedCopy
{
    public required Guid Copy { get; init; }

    /// <summary>Of the message that it was read for; a part of the file's name.</summary>
    public required int Epoch { get; init; }

    public required long Rows { get; init; }

    public required long Bytes { get; init; }

    public required byte[] Digest { get; init; }

    /// <summary>Of a replay: records that were to be read, and that the source does not have.</summary>
    public long Missing { get; init; }

    public int? NextSegmentNo { get; init; }
}
