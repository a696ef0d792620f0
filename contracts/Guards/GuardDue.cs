namespace Headgate.Contracts.Guards;

/// <summary>A timer: a guard is to look at a running job. The coordinator's own command.</summary>
public sealed record GuardDue
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The guard.</summary>
    public required Guard Guard { get; init; }
}
