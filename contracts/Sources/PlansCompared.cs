using Headgate.Contracts.Steps;

namespace Headgate.Contracts.Sources;

/// <summary>What a comparison of the source with a job's plans has found.</summary>
public sealed record PlansCompared
{
    /// <summary>What has changed, in the order of the pipeline file; at most 20.</summary>
    public IReadOnlyList<ChangedAtSource> Changes { get; init; } = [];

    /// <summary>How many changes there are in all; 0: the source is what was planned for, or nothing was planned.</summary>
    public int ChangeCount { get; init; }

    /// <summary>Why the source could not be looked at; null: it was.</summary>
    public Problem? Problem { get; init; }
}
