namespace Headgate.Contracts.Jobs;

/// <summary>Published when a job begins.</summary>
public sealed record JobStarted
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>Present once the job was launched.</summary>
    public Guid? RequestId { get; init; }
}
