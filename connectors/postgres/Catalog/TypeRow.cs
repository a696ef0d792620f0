namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>A row of pg_type.</summary>
sealed record TypeRow
{
    public required long Oid { get; init; }

    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>pg_type.typtype.</summary>
    public required char Type { get; init; }

    /// <summary>Of a domain: what it is made of.</summary>
    public required long Base { get; init; }

    public required int BaseModifier { get; init; }

    public required bool NotNull { get; init; }

    public required bool HasDefault { get; init; }

    /// <summary>Of a true array: its elements' type; else 0.</summary>
    public required long Element { get; init; }

    public required bool Binary { get; init; }
}
