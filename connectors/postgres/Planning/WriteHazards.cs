using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What else happens when the table is written: the change log would not know of it.</summary>
static class WriteHazards
{
    public static void Check(
        PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped, DestinationCatalog catalog, bool allowTriggers)
    {
        if (catalog.Rules.TryGetValue(table.Oid, out var rule))
            throw subject.Cause("rules", $"destination table {table.Sql} has rule \"{rule}\"; an upsert cannot write tables with rules on insert or update");
        if (allowTriggers) return;
        if (catalog.Triggers.TryGetValue(table.Oid, out var triggers))
        {
            throw subject.Cause("triggers",
                $"destination table {table.Sql} has trigger \"{triggers[0].Name}\", which may write elsewhere; to accept that, set load.allowTriggers");
        }

        // Keys are never updated, so what refers to them alone is safe.
        var updated = mapped.Where(m => !m.Key).Select(m => m.Name).ToHashSet();
        if (!catalog.Cascades.TryGetValue(table.Oid, out var cascades)) return;
        if (cascades.Find(c => c.Columns.Any(updated.Contains)) is { } cascade)
        {
            throw subject.Cause("triggers",
                $"updates of destination table {table.Sql} cascade through constraint \"{cascade.Name}\" of {cascade.Table}; "
                + "to accept that, set load.allowTriggers");
        }
    }

    /// <summary>A BEFORE row trigger can change or drop rows: what was copied is then not what is there.</summary>
    public static bool RowsMayChangeOnTheWay(CatalogRelation table, DestinationCatalog catalog) =>
        catalog.Triggers.TryGetValue(table.Oid, out var triggers) && triggers.Exists(t => t.BeforeRow);
}
