using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>A source column and the destination field that it is written to.</summary>
/// <param name="Name">The destination field.</param>
/// <param name="Source">The source column.</param>
/// <param name="Destination">The destination column; null: it is to be added.</param>
/// <param name="Key">Whether it is part of the key.</param>
sealed record MappedField(string Name, SourceColumn Source, CatalogColumn? Destination, bool Key);
