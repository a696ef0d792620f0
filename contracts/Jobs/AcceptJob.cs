using Headgate.Contracts.Comparing;
using Headgate.Contracts.Repairs;
using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Jobs;

/// <summary>Creates a job in Pending. Sent by the coordinator to itself once the pipeline was claimed for it.</summary>
public sealed record AcceptJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Rises with every job of the coordinator: a later job's fence outranks an earlier one's.</summary>
    public required long JobNo { get; init; }

    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>The version of the pipeline file that the job is pinned to.</summary>
    public required int PipelineVersion { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>What the job does.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>What started the run.</summary>
    public required TriggerKind Trigger { get; init; }

    /// <summary>More about the trigger, for example the event's id.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, as they say; shown with the job.</summary>
    public string? Reason { get; init; }

    /// <summary>When the run was accepted, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Of a resync: destination tables are dropped and created anew. Default: kept, and evolved.</summary>
    public bool DropAndLoad { get; init; }

    /// <summary>The job that was ended for this one to start; null: none was active.</summary>
    public Guid? PredecessorId { get; init; }

    /// <summary>
    /// Whether a full load is meant, where the last runs were incremental: the guard fullLoad lets it pass. Default: the guard judges.
    /// </summary>
    public bool ConfirmedFullLoad { get; init; }

    /// <summary>Of a replay or rollback: what it repairs. Null: of no other kind.</summary>
    public RepairOf? Repair { get; init; }

    /// <summary>Of a dry run: what it reads. Null: of no other kind.</summary>
    public Sample? Sample { get; init; }
}
