using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>By what a rollback goes.</summary>
static class RollbackDefinition
{
    /// <summary>
    /// What it is about is that of the job which it undoes; how it is carried out, and by which reference its destination is reached, is as the file in
    /// force says: somebody may have mended just that.
    /// </summary>
    /// <param name="pinned">The version that the job went by.</param>
    /// <param name="inForce">The version in force.</param>
    /// <param name="destination">Where the job has written.</param>
    public static PipelineDefinition Of(PipelineDefinition pinned, PipelineDefinition inForce, SystemReference destination) =>
        pinned with { Load = inForce.Load, Cancel = inForce.Cancel, Destination = destination };
}
