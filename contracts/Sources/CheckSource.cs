using Headgate.Contracts.Pipelines;

namespace Headgate.Contracts.Sources;

/// <summary>
/// Look up at the source what a pipeline names. Answered with SourceChecked; a request, so whoever asks gives up when nobody answers.
/// </summary>
public sealed record CheckSource
{
    /// <summary>The pipeline, applied or not. Only its source and its included objects are looked at.</summary>
    public required PipelineDefinition Pipeline { get; init; }
}
