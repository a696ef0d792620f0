using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Jobs;

/// <summary>Published when a cancel before launch is confirmed: no record reached the destination.</summary>
public sealed record ExtractionCanceled
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

    /// <summary>What was written so far.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>
    /// Whom the pipeline's file wants told: mail addresses and names of secrets, which are for the notifier alone. Null, as subscribers see
    /// it: this is not what is sent to the notifier.
    /// </summary>
    public NotifyDefinition? Notify { get; init; }
}
