using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Jobs;

/// <summary>
/// Published once for each stop that cannot be confirmed since the destination cannot be reached. The fence is tried again until it can be
/// moved; what confirms the stop then is published as ever.
/// </summary>
public sealed record StopUnconfirmed
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

    /// <summary>The state that the job is in, by its name.</summary>
    public required string State { get; init; }

    /// <summary>What keeps the fence from being moved, in one sentence.</summary>
    public required string Waiting { get; init; }

    /// <summary>Who asked for the stop.</summary>
    public string? Actor { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What was written so far, as far as it is known.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>Whom the pipeline's file wants told. Default: nobody.</summary>
    public NotifyDefinition Notify { get; init; } = new();
}
