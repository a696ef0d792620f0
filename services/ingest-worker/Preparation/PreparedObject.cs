using Headgate.Connectors.Sources;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Preparation;

/// <summary>An object as it was asked for, how it is read, and in which segments.</summary>
sealed record PreparedObject(ObjectToPlan Asked, ObjectDefinition Definition, ReadPlan Plan, IReadOnlyList<SegmentRange> Segments)
{
    /// <summary>Of a rollback: the level of each segment. Null: that of the object.</summary>
    public IReadOnlyList<int>? SegmentLevels { get; init; }

    /// <summary>Of a rollback: the level of each segment after which what waits is tried again. Null: its own.</summary>
    public IReadOnlyList<int>? RoundLevels { get; init; }

    public PlannedObject Describe() => new()
    {
        ObjectNo = Asked.ObjectNo,
        From = Plan.Object.Undo is null ? Plan.Object.From : Definition.From,
        To = Plan.Object.Replaces ?? Plan.Object.To,
        Full = Plan is { Lower: null, Keys: null, Object.Undo: null },
        // A table that is to be replaced is there with all that was read, until it is.
        New = Plan.Object is { New: true, Replaces: null },
        Replaced = Plan.Object.Replaces is not null,
        Level = SegmentLevels?.Min() ?? Plan.Object.Level,
        EstimatedRows = Plan.Keys is null ? Plan.Object.EstimatedRows : Segments.Sum(range => range.Entries),
        FirstSegmentNo = Asked.FirstSegmentNo,
        SegmentCount = Segments.Count,
        SegmentLevels = SegmentLevels,
        RoundLevels = RoundLevels,
    };
}
