namespace Headgate.Contracts.Jobs;

/// <summary>
/// A worker has taken up work of a job for the first time since it is connected, at an epoch whose stop it may have missed while it was not.
/// If that epoch is over, or the job's rate was set, the coordinator says so again to all workers.
/// </summary>
public sealed record JobTaken
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the work belongs to.</summary>
    public required int Epoch { get; init; }
}
