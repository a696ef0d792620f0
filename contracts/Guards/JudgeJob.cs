namespace Headgate.Contracts.Guards;

/// <summary>Everything is staged: see what guards say, and launch. The coordinator's own command.</summary>
public sealed record JudgeJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
