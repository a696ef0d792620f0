using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>A destination that is not what it was when its pipeline was armed.</summary>
/// <param name="Armed">What it was.</param>
/// <param name="Now">What it was found to be.</param>
sealed record ChangedDestination(DestinationIdentity Armed, DestinationIdentity Now)
{
    public Problem Problem => new()
    {
        Code = "destination-changed",
        Sentence = $"{What}: it was failed over, or restored from a backup, and what was written there may be lost. Nothing is written until "
            + "somebody has looked at it and enables the pipeline, which arms it anew; all records are read again then.",
        Retryable = false,
    };

    string What => Armed.Name == Now.Name
        ? $"The destination {Now.Name} has another history than when the pipeline was armed (timeline {Now.History} in place of {Armed.History})"
        : $"The destination's connection leads to {Now.Name} in place of {Armed.Name}, for which the pipeline was armed";
}
