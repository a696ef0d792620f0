namespace Headgate.Contracts.Jobs;

/// <summary>Releases what a job holds in the workers: its snapshot and, when it ended, its staged records.</summary>
public sealed record ReleaseJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>Delete the staged records too.</summary>
    public required bool Staging { get; init; }

    /// <summary>Delete too what a dry run has kept to be shown, of this attempt and those before.</summary>
    public bool Samples { get; init; }
}
