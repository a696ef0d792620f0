namespace Headgate.Contracts.Jobs;

/// <summary>A timer: the state that a job was in has taken longer than it may. The coordinator's own command.</summary>
public sealed record JobDeadlineElapsed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }
}
