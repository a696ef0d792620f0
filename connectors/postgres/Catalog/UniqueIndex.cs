namespace Headgate.Connectors.Postgres.Catalog;

/// <summary>A valid, immediate unique index over plain columns and all rows.</summary>
/// <param name="Columns">Its key columns.</param>
/// <param name="Others">Columns that it only holds: without them there is no such index either.</param>
/// <param name="NotNull">Whether all of them are NOT NULL.</param>
sealed record UniqueIndex(IReadOnlyList<string> Columns, IReadOnlyList<string> Others, bool NotNull);
