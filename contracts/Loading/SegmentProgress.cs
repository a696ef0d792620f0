namespace Headgate.Contracts.Loading;

/// <summary>How far the loading of a segment has come.</summary>
public sealed record SegmentProgress
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The segment's number, unique in its object and attempt.</summary>
    public required int SegmentNo { get; init; }

    /// <summary>Records taken by committed batches so far.</summary>
    public required long Written { get; init; }
}
