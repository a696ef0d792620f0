namespace Headgate.Contracts.Jobs;

/// <summary>A job may have waited in vain: send again what its state says must be on its way. Always safe, whatever the state.</summary>
public sealed record ReconcileJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }
}
