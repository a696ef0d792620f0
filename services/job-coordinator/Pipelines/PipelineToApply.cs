using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>A pipeline that is to be taken over.</summary>
/// <param name="Definition">What its file says.</param>
/// <param name="Destination">What tells its destination from any other, however the file refers to it.</param>
public sealed record PipelineToApply(PipelineDefinition Definition, string Destination);
