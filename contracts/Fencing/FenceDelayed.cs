namespace Headgate.Contracts.Fencing;

/// <summary>The fence could not be moved yet; it is tried again.</summary>
public sealed record FenceDelayed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>What is waited for, in one sentence.</summary>
    public required string Waiting { get; init; }

    /// <summary>Whether the destination could not be reached at all, so that nobody can tell whether writes still commit there. Default false.</summary>
    public bool IsUnreachable { get; init; }
}
