namespace Headgate.Connectors;

/// <summary>A column of a source object.</summary>
public sealed record SourceColumn
{
    /// <summary>Its name, unquoted.</summary>
    public required string Name { get; init; }

    /// <summary>Its type; domains are resolved to their base type.</summary>
    public required FieldType Type { get; init; }

    /// <summary>
    /// What tells it from another column that takes its name, also in a table that takes the table's place. Default: null, not known.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>Whether it can be null.</summary>
    public required bool Nullable { get; init; }
}
