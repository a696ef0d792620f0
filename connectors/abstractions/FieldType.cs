namespace Headgate.Connectors;

/// <summary>A type as the system that owns it describes it.</summary>
public sealed record FieldType
{
    /// <summary>The schema that holds the type, for example pg_catalog.</summary>
    public required string Schema { get; init; }

    /// <summary>Its name there, for example int4; of an array, the array type's own name.</summary>
    public required string Name { get; init; }

    /// <summary>As it is written in a statement, modifier included, for example numeric(10,2).</summary>
    public required string Sql { get; init; }

    /// <summary>What kind of type it is.</summary>
    public required FieldTypeKind Kind { get; init; }

    /// <summary>Of an array: the type of its elements.</summary>
    public FieldType? Element { get; init; }

    /// <summary>Of an enum: its labels in order.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Whether values can be sent and received in binary form.</summary>
    public required bool Binary { get; init; }

    /// <summary>Whether the type comes with every server: same number, same binary form.</summary>
    public bool BuiltIn => Schema == "pg_catalog" && (Element?.BuiltIn ?? true);
}
