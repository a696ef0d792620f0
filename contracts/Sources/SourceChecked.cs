using Headgate.Contracts.Steps;

namespace Headgate.Contracts.Sources;

/// <summary>What a look at the source has found.</summary>
public sealed record SourceChecked
{
    /// <summary>What is named and not there, in the order of the pipeline file; at most 100.</summary>
    public IReadOnlyList<MissingAtSource> Missing { get; init; } = [];

    /// <summary>How many there are in all.</summary>
    public int MissingCount { get; init; }

    /// <summary>Why the source could not be looked at; null: it was.</summary>
    public Problem? Problem { get; init; }
}
