using Headgate.Contracts.Steps;

namespace Headgate.Contracts.Extraction;

/// <summary>An object that an incompatible change of what it works on keeps out of a run, while the others go on.</summary>
public sealed record BlockedObject
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>What does not fit.</summary>
    public required Problem Problem { get; init; }
}
