namespace Headgate.Connectors.Sources;

/// <summary>Something that an object's definition names and the source does not have.</summary>
public sealed record SourceGap
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The column; null: the object itself is missing.</summary>
    public string? Column { get; init; }

    /// <summary>What the source has instead: the object's columns; of a missing object nothing.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];
}
