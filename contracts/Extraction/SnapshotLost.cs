namespace Headgate.Contracts.Extraction;

/// <summary>The snapshot that the object was being read under is gone: objects that are not fully staged are planned anew.</summary>
public sealed record SnapshotLost
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }
}
