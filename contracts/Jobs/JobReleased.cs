namespace Headgate.Contracts.Jobs;

/// <summary>A worker has let go of what a ReleaseJob named; until this is heard the release is sent again.</summary>
public sealed record JobReleased
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The message id of the ReleaseJob.</summary>
    public required Guid ReleaseId { get; init; }
}
