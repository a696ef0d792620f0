using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What keeps an existing table from being written.</summary>
static class TableRules
{
    /// <summary>A run would read what it writes, and what has vanished by its own reckoning would be gone at the source.</summary>
    public static void RefuseSource(PlanSubject subject, CatalogRelation table)
    {
        if (table.Tables.Intersect(subject.Source.Tables, StringComparer.Ordinal).Any())
            throw subject.Cause("same-table", $"its destination {table.Sql} is the same table, or one of the two holds rows of the other");
    }

    public static void RefuseUnwritable(PlanSubject subject, CatalogRelation table)
    {
        if (table.Kind is not ('r' or 'p'))
            throw subject.Cause("object-kind", $"its destination {table.Sql} is a {table.KindName}; only tables can be written");
    }

    /// <summary>Every insert would fail on such a column.</summary>
    public static void RefuseUnfilled(PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped)
    {
        var names = mapped.Select(m => m.Name).ToHashSet();
        var unfilled = table.Columns.Find(c => (c.NotNull || c.DomainNotNull) && !c.Optional && !names.Contains(c.Name));
        if (unfilled is not null)
        {
            throw subject.Cause("column-unfilled",
                $"column \"{unfilled.Name}\" of destination table {table.Sql} cannot be null, has no default and is not among its fields");
        }
    }

    public static void RequirePrivileges(PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped)
    {
        foreach (var field in mapped)
        {
            if (field.Destination is not { } column) continue;
            var missing = !column.Selectable ? "SELECT" : !column.Insertable ? "INSERT" : !column.Updatable && !field.Key ? "UPDATE" : null;
            if (missing is not null)
                throw subject.Cause("permission", $"the role lacks {missing} on column \"{field.Name}\" of destination table {table.Sql}");
        }
    }
}
