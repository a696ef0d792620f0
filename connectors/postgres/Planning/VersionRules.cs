using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>
/// Of which tables the log keeps the version of its row that each change replaced: of those with columns that fill themselves and that no
/// record brings. Whether somebody has changed such a column cannot be told from what it holds.
/// </summary>
static class VersionRules
{
    /// <param name="table">As it is; null: it is yet to be made, of nothing but the fields.</param>
    /// <param name="fields">What records bring.</param>
    public static bool AreLogged(CatalogRelation? table, IEnumerable<string> fields) =>
        table?.Columns.Exists(column => column is { Optional: true, Generated: false } && !fields.Contains(column.Name)) ?? false;
}
