using Headgate.Contracts.Steps;

namespace Headgate.Contracts.Sources;

/// <summary>About how much a run would move.</summary>
public sealed record RunEstimated
{
    /// <summary>Each included object, in the order of the pipeline file.</summary>
    public required IReadOnlyList<EstimatedObject> Objects { get; init; }

    /// <summary>Why the source could not be looked at; null: it was.</summary>
    public Problem? SourceProblem { get; init; }

    /// <summary>Why the destination could not be looked at; null: it was.</summary>
    public Problem? DestinationProblem { get; init; }
}
