using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Repairs;

/// <summary>
/// Asks the coordinator to start a job of kind Replay or Rollback; it answers with RunAnswered. Not a StartJob: whoever does not know
/// of repairs would start a plain run in its place, with the very mapping that is to be repaired.
/// </summary>
public sealed record StartRepair
{
    /// <summary>Becomes the job's id; the same id never starts two jobs.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The pipeline's project.</summary>
    public required string Project { get; init; }

    /// <summary>The pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The one that is meant of those that had the name.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>Replay or Rollback.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>What it repairs.</summary>
    public required RepairOf Repair { get; init; }

    /// <summary>Of a replay: the version of the pipeline file that it was checked against, and that it goes by. Null: the one in force, whichever that is.</summary>
    public int? PipelineVersion { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string Actor { get; init; }

    /// <summary>Why, as they say; shown with the job.</summary>
    public string? Reason { get; init; }
}
