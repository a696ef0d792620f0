using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Comparing;

/// <summary>What of a job is to be compared.</summary>
/// <param name="Pipeline">The settings that it is pinned to, without objects.</param>
/// <param name="Objects">Those that were asked for and are planned.</param>
sealed record JobToCompare(PipelineDefinition Pipeline, IReadOnlyList<ObjectToCompare> Objects);
