namespace Headgate.Contracts.Pipelines;

/// <summary>One source object and the destination object that it is written to.</summary>
public sealed record ObjectDefinition
{
    /// <summary>The source object, as [schema.]name in SQL spelling; the schema is public if left out.</summary>
    public required string From { get; init; }

    /// <summary>The destination object, spelled likewise. See <see cref="QualifiedName"/>.</summary>
    public required string To { get; init; }

    /// <summary>Destination fields that identify a record; unique and never null. Columns are spelled as the catalog has them.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>The source column that rises with every change; null: every run is a full one.</summary>
    public string? Cursor { get; init; }

    /// <summary>A SQL condition that the source evaluates; null: all records.</summary>
    public string? Filter { get; init; }

    /// <summary>Destination field to source column, with every field of the key among them; null: all columns by name.</summary>
    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>False keeps the object in the file without syncing it. Default true.</summary>
    public bool Include { get; init; } = true;
}
