namespace Headgate.JobCoordinator.Pipelines;

/// <summary>What applying a pipeline file has done.</summary>
/// <param name="PipelineId">The pipeline.</param>
/// <param name="Version">Its version now.</param>
/// <param name="IsNew">Whether the file added that version; false: it was there already.</param>
public sealed record AppliedPipeline(Guid PipelineId, int Version, bool IsNew);
