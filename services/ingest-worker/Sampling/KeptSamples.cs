namespace Headgate.IngestWorker.Sampling;

/// <summary>What a dry run shows of an object.</summary>
sealed record KeptSamples
{
    /// <summary>All destination fields of the object.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Those of its key.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>The records, in the order in which they were found.</summary>
    public required IReadOnlyList<KeptSample> Records { get; init; }
}
