namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>A column as pg_attribute holds it.</summary>
sealed record CatalogColumn
{
    public required string Name { get; init; }

    /// <summary>pg_attribute.attnum: a column that is dropped and added again gets another one.</summary>
    public required int Number { get; init; }

    /// <summary>Domains are resolved to their base type.</summary>
    public required FieldType Type { get; init; }

    /// <summary>The declared type, a domain's own name included, with its modifier.</summary>
    public required string DeclaredSql { get; init; }

    /// <summary>Its collation in SQL spelling, where it is not its type's. A statement that changes the type without naming it loses it.</summary>
    public string? Collation { get; init; }

    /// <summary>The column's own NOT NULL; a domain's does not count, since an outer join or a subselect can get round it.</summary>
    public required bool NotNull { get; init; }

    public required bool DomainNotNull { get; init; }

    public required bool Generated { get; init; }

    public required bool IdentityAlways { get; init; }

    /// <summary>Whether an insert may leave it out: a default, identity, generated.</summary>
    public required bool Optional { get; init; }

    public required bool Selectable { get; init; }

    public required bool Insertable { get; init; }

    public required bool Updatable { get; init; }
}
