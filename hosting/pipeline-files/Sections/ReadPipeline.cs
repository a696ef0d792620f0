using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles.Sections;

/// <summary>A pipeline without problems of its own, and where it says what the rules between pipelines are about.</summary>
sealed record ReadPipeline
{
    public required PipelineDefinition Definition { get; init; }

    public required Findings Findings { get; init; }

    public required PipelineOrigin Origin { get; init; }

    public required Position NamePosition { get; init; }

    /// <summary>The place of each object's destination.</summary>
    public required IReadOnlyList<Position> Destinations { get; init; }
}
