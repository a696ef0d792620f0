using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;

namespace Headgate.Contracts.Extraction;

/// <summary>Refresh the schemas, plan what must change at the destination, and plan the segments of the named objects under one new snapshot.</summary>
public sealed record PrepareJob
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Counts from 1; rises on Restart only.</summary>
    public required int Attempt { get; init; }

    /// <summary>The fence position that the message belongs to; a message of an older one is stale.</summary>
    public required int Epoch { get; init; }

    /// <summary>The pipeline.</summary>
    public required Guid PipelineId { get; init; }

    /// <summary>Pinned for the whole job.</summary>
    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>What the job does.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>The objects to plan, with the runs whose bounds they go on from.</summary>
    public required IReadOnlyList<ObjectToPlan> Objects { get; init; }

    /// <summary>
    /// Whether the attempt goes on after a stop: what was planned in it before must be at the source as it was then. Default: not.
    /// </summary>
    public bool Resumed { get; init; }

    /// <summary>Of a resync: destination tables are dropped and created anew, whatever they are like. Default: kept, and evolved.</summary>
    public bool DropAndLoad { get; init; }

    /// <summary>Of a dry run: what it reads. Null: of no other kind.</summary>
    public Sample? Sample { get; init; }
}
