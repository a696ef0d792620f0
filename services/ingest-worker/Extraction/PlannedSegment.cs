using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Extraction;

/// <summary>All that is known of a segment.</summary>
sealed record PlannedSegment
{
    public required SegmentKey Key { get; init; }

    public required Guid PipelineId { get; init; }

    /// <summary>Without its objects: there can be thousands, and the segment's own is in the plan.</summary>
    public required PipelineDefinition Pipeline { get; init; }

    public required ReadPlan Plan { get; init; }

    public required SegmentRange Range { get; init; }

    public required Guid Snapshot { get; init; }

    /// <summary>The name under which the snapshot is joined; null: it is not held open any more.</summary>
    public required string? SnapshotName { get; init; }

    /// <summary>Whether it is of a job's change log, which does not change and is read under no snapshot.</summary>
    public bool IsLog => Plan.Object.Undo is not null;

    /// <summary>Whether its object was planned anew since.</summary>
    public required bool Superseded { get; init; }

    /// <summary>Messages of an older epoch are stale; 0: it was never released.</summary>
    public required int ReleasedEpoch { get; init; }

    public required StagedCopy? Staged { get; init; }
}
