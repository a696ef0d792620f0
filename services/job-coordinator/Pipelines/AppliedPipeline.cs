namespace Headgate.JobCoordinator.Pipelines;

/// <summary>What applying a pipeline file has done.</summary>
/// <param name="PipelineId">The pipeline.</param>
/// <param name="Name">Its project and name.</param>
/// <param name="Version">Its version now.</param>
/// <param name="IsNew">Whether the file added that version; false: it was there already.</param>
public sealed record AppliedPipeline(Guid PipelineId, string Name, int Version, bool IsNew)
{
    /// <summary>In one sentence.</summary>
    public override string ToString() =>
        IsNew ? $"{Name}: version {Version} applied." : $"{Name}: version {Version} is in force already, nothing changed.";
}
