using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>A pipeline that is to be taken over.</summary>
/// <param name="Definition">What its file says.</param>
/// <param name="Destination">What tells its destination from any other, however the file refers to it.</param>
/// <param name="FileName">What its file is called; null: it comes from none.</param>
/// <param name="Document">Its document of the file, as it was written; null: it comes from none.</param>
/// <param name="ExpectedVersion">The version that has to be in force; 0: it must not be there yet; null: any.</param>
public sealed record PipelineToApply(
    PipelineDefinition Definition, string Destination, string? FileName = null, string? Document = null, int? ExpectedVersion = null);
