namespace Headgate.Connectors;

/// <summary>How one field travels.</summary>
public sealed record FieldPlan
{
    /// <summary>The destination field.</summary>
    public required string Name { get; init; }

    /// <summary>The source column.</summary>
    public required string Source { get; init; }

    /// <summary>The source column's own type, in SQL with its modifier; null: not known, of plans from before it was kept.</summary>
    public string? SourceType { get; init; }

    /// <summary>The same, described; null: not known, of plans from before it was kept.</summary>
    public FieldType? SourceShape { get; init; }

    /// <summary>What told the source column from another one of its name; null: not known.</summary>
    public string? SourceIdentity { get; init; }

    /// <summary>The type that the source casts to, in SQL; null: sent as it is.</summary>
    public string? SourceCast { get; init; }

    /// <summary>The type under which the destination receives the staged bytes, in SQL.</summary>
    public required string StagedType { get; init; }

    /// <summary>The destination field's type, in SQL, with its modifier.</summary>
    public required string DestinationType { get; init; }

    /// <summary>Whether the destination casts from the staged type to its own.</summary>
    public bool DestinationCast { get; init; }
}
