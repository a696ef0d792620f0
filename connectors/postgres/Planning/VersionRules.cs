using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>
/// Of which tables the log keeps the version of its row that each change replaced: of those with columns that no record brings and that are filled
/// all the same, by a default or a trigger. Whether somebody has changed such a column cannot be told from what it holds.
/// </summary>
static class VersionRules
{
    /// <param name="table">As it is; null: it is yet to be made, of nothing but the fields.</param>
    /// <param name="catalog">Its triggers.</param>
    /// <param name="fields">What records bring.</param>
    public static bool AreLogged(CatalogRelation? table, DestinationCatalog catalog, IEnumerable<string> fields) =>
        table is not null && table.Columns.Where(column => !column.Generated && !fields.Contains(column.Name)).ToList() is var others
        && (others.Exists(column => column.Optional) || others.Count > 0 && catalog.Triggers.ContainsKey(table.Oid));
}
