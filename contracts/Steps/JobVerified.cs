namespace Headgate.Contracts.Steps;

/// <summary>Every staged record is accounted for in the ledger.</summary>
public sealed record JobVerified
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
