namespace Headgate.Contracts.Jobs;

/// <summary>How a job is canceled.</summary>
public enum CancelMode
{
    /// <summary>Batches in flight commit, nothing new starts.</summary>
    Graceful,

    /// <summary>Batches in flight are rolled back.</summary>
    Force,
}
