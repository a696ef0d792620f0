using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Jobs;

/// <summary>Published when a job goes on.</summary>
public sealed record JobResumed
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

    /// <summary>The pipeline's id. Null, like the next two: the job's coordinator is of a version that did not say so yet.</summary>
    public Guid? PipelineId { get; init; }

    /// <summary>What the job does.</summary>
    public JobKind? Kind { get; init; }

    /// <summary>What started it.</summary>
    public TriggerKind? Trigger { get; init; }

    /// <summary>More about that: of an upstream event its type, subject and id. Null: there is no more.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>Who asked for it.</summary>
    public string? Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
