namespace Headgate.Contracts.Sources;

/// <summary>An object or a column that the source does not have.</summary>
public sealed record MissingAtSource
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The column; null: the object itself is missing.</summary>
    public string? Column { get; init; }

    /// <summary>Columns that the object has; at most 20.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>How many it has in all.</summary>
    public int KnownCount { get; init; }
}
