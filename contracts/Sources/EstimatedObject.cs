namespace Headgate.Contracts.Sources;

/// <summary>About how much of an object a run would move.</summary>
public sealed record EstimatedObject
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>Whether all of its records are read, and not only what has changed.</summary>
    public required bool Full { get; init; }

    /// <summary>About how many records are read; null: not known.</summary>
    public long? Rows { get; init; }

    /// <summary>About how many rows the destination table has; null: not known, or there is no such table.</summary>
    public long? DestinationRows { get; init; }
}
