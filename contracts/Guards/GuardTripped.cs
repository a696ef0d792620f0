using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Guards;

/// <summary>Published when a guard has tripped on a job. No value of a record is in it.</summary>
public sealed record GuardTripped
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The pipeline's id.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>Present once the job was launched.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>What the job does.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>What started it.</summary>
    public required TriggerKind Trigger { get; init; }

    /// <summary>More about that: of an upstream event its type, subject and id. Null: there is no more.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>The guard.</summary>
    public required Guard Guard { get; init; }

    /// <summary>What the pipeline's file says that it is to do.</summary>
    public required GuardAction Action { get; init; }

    /// <summary>
    /// What becomes of the job: the strictest action of all guards that it was not let pass. Null, as of a coordinator of before: Action.
    /// </summary>
    public GuardAction? JobAction { get; init; }

    /// <summary>The state in which it tripped: Initializing, before the attempt's launch, or Processing. Null, as of a coordinator of before: by RequestId.</summary>
    public string? State { get; init; }

    /// <summary>The key of the pipeline file that it went by, for example "nullShare"; "vanished" where rows would be taken away; empty of FullLoad.</summary>
    public required string Measure { get; init; }

    /// <summary>What it saw, in the measure's unit: a ratio, or a share from 0 to 1; 0 of FullLoad.</summary>
    public required double Observed { get; init; }

    /// <summary>What the pipeline allows, in the same unit.</summary>
    public required double Allowed { get; init; }

    /// <summary>The destination table that it is about, as the pipeline file names it; null: the whole job.</summary>
    public string? Object { get; init; }

    /// <summary>The destination field that it is about; null: none.</summary>
    public string? Field { get; init; }

    /// <summary>What it saw against what it allows, in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>Which cancel fits the cause.</summary>
    public required CancelMode RecommendedMode { get; init; }

    /// <summary>Why that one, in one sentence.</summary>
    public required string RecommendedWhy { get; init; }

    /// <summary>What was written so far.</summary>
    public required RecordCounts Counts { get; init; }

    /// <summary>
    /// Whom the pipeline's file wants told: mail addresses and names of secrets, which are for the notifier alone. Null, as subscribers see
    /// it: this is not what is sent to the notifier.
    /// </summary>
    public NotifyDefinition? Notify { get; init; }
}
