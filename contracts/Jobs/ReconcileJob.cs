namespace Headgate.Contracts.Jobs;

/// <summary>The job has waited too long without a sign of progress: send again what it waits for.</summary>
public sealed record ReconcileJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
