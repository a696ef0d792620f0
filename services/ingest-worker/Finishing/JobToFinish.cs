using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Finishing;

/// <summary>What is left of a job to finish.</summary>
/// <param name="PipelineId">Its pipeline.</param>
/// <param name="Pipeline">The settings that it is pinned to, without objects.</param>
/// <param name="Objects">Children before parents: a row that others refer to cannot be deleted before them.</param>
sealed record JobToFinish(Guid PipelineId, PipelineDefinition Pipeline, IReadOnlyList<ObjectToFinish> Objects);
