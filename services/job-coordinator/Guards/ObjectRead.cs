using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What a run is about to read of an object.</summary>
sealed record ObjectRead
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The destination table.</summary>
    public required string Object { get; init; }

    /// <summary>Whether all of it.</summary>
    public required bool Full { get; init; }

    /// <summary>Whether there was an offset to go on from.</summary>
    public required bool HasOffset { get; init; }

    /// <summary>Whether the destination lacks the table, or a field of it.</summary>
    public bool IsNew { get; init; }

    public bool IsResync { get; init; }

    /// <summary>How many records the source says that there are; -1: not known, or a filter leaves some of them out.</summary>
    public long SourceRows { get; init; } = -1;

    public required ObjectHistory History { get; init; }
}
