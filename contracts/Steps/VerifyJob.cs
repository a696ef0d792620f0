namespace Headgate.Contracts.Steps;

/// <summary>Compare the ledger with what was staged, once the fence has moved on.</summary>
public sealed record VerifyJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
