namespace Headgate.Contracts.Steps;

/// <summary>A step could not be taken.</summary>
public sealed record StepFailed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The step.</summary>
    public required JobStep Step { get; init; }

    /// <summary>The object's number, if the step is about one.</summary>
    public int? ObjectNo { get; init; }

    /// <summary>The segment's number, if the step is about one.</summary>
    public int? SegmentNo { get; init; }

    /// <summary>What went wrong.</summary>
    public required Problem Problem { get; init; }
}
