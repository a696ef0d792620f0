using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Sources;

/// <summary>
/// Look up about how much a run of a pipeline would move, by what source and destination know of themselves. Answered with RunEstimated; a
/// request, so whoever asks gives up when nobody answers.
/// </summary>
public sealed record EstimateRun
{
    /// <summary>The pipeline. Only its included objects are looked at.</summary>
    public required PipelineDefinition Pipeline { get; init; }

    /// <summary>From where the objects that have an offset would go on, by their numbers; all others are read in full.</summary>
    public required IReadOnlyDictionary<int, OffsetReference> Offsets { get; init; }
}
