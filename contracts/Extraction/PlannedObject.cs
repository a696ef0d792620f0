namespace Headgate.Contracts.Extraction;

/// <summary>The plan of one object.</summary>
public sealed record PlannedObject
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The source object.</summary>
    public required string From { get; init; }

    /// <summary>The destination object.</summary>
    public required string To { get; init; }

    /// <summary>Whether all its records are read.</summary>
    public required bool Full { get; init; }

    /// <summary>Whether the destination object, or a field of it, is yet to be created: what was read before is not there, and offsets say nothing.</summary>
    public bool New { get; init; }

    /// <summary>Whether a new table is loaded, which takes the destination object's place at the end. Default: not.</summary>
    public bool Replaced { get; init; }

    /// <summary>Objects load in rising order, parents before children.</summary>
    public required int Level { get; init; }

    /// <summary>The source's own estimate; -1: unknown.</summary>
    public required long EstimatedRows { get; init; }

    /// <summary>The first of its segments.</summary>
    public required int FirstSegmentNo { get; init; }

    /// <summary>How many segments there are; a keyset chain begins with one and grows.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>
    /// Of an object whose segments load one level after the other: the level of each segment. Null: all are on the object's.
    /// </summary>
    public IReadOnlyList<int>? SegmentLevels { get; init; }

    /// <summary>The level after which what waits for others is tried again, of each segment. Null: its own.</summary>
    public IReadOnlyList<int>? RoundLevels { get; init; }
}
