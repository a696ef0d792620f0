namespace Headgate.Contracts.Runs;

/// <summary>Asks the scheduler to start a run of a pipeline; it answers with RunAnswered.</summary>
public sealed record StartRun
{
    /// <summary>Chosen by the sender; the same id never starts two jobs.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The one that is meant of those that had the name; null: the one that has it.</summary>
    public Guid? PipelineId { get; init; }

    /// <summary>What started the run.</summary>
    public required TriggerKind Trigger { get; init; }

    /// <summary>More about the trigger, for example the event's id.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, as they say; shown with the job.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do while a job of the pipeline is active. Default: the run is skipped.</summary>
    public OnActiveJob OnActiveJob { get; init; }

    /// <summary>The one job that may be canceled for it; where another one is active the run is skipped. Null: whichever is.</summary>
    public Guid? ActiveJobId { get; init; }

    /// <summary>
    /// Load everything anew: the pipeline is Resyncing until the job has ended, and a failed job of it is discarded. Default: what has
    /// changed.
    /// </summary>
    public bool Resync { get; init; }

    /// <summary>Of a resync: destination tables are dropped and created anew. Default: kept, and evolved.</summary>
    public bool DropAndLoad { get; init; }

    /// <summary>
    /// Whether a full load is meant, where the last runs were incremental: the guard fullLoad lets it pass. Default: the guard judges.
    /// </summary>
    public bool ConfirmedFullLoad { get; init; }

    /// <summary>The version of the pipeline file for which that was said; a later one is judged. Null: for any.</summary>
    public int? ConfirmedVersion { get; init; }
}
