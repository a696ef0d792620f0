namespace Headgate.JobCoordinator.Pipelines;

/// <summary>A file was made for a version of its pipeline that is not the one in force.</summary>
public sealed class VersionConflictException(AppliedPipeline inForce, int expected) : Exception(
    $"{inForce.Name}: {(inForce.Version == 0 ? "there is no such pipeline" : $"version {inForce.Version} is in force")}, and "
    + $"{(expected == 0 ? "it was expected not to be there" : $"version {expected} was expected")}.")
{
    /// <summary>The pipeline with the version that it has; 0: it is not there.</summary>
    public AppliedPipeline InForce { get; } = inForce;
}
