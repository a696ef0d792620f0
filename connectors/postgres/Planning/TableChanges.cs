using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>New tables and columns.</summary>
static class TableChanges
{
    public static PlannedChange Create(PlanSubject subject, IReadOnlyList<MappedField> mapped, IReadOnlyList<FieldPlan> fields, bool marks)
    {
        var columns = mapped.Select((m, i) =>
            $"    {SqlText.Identifier(m.Name)} {fields[i].DestinationType}{(m.Key || !m.Source.Nullable ? " NOT NULL" : "")}");
        if (marks) columns = columns.Append($"    {VanishedRules.Mark} {VanishedRules.MarkType}");
        var table = subject.Target.ToSql();
        return new PlannedChange
        {
            Statement = $"CREATE TABLE {table} (\n{string.Join(",\n", columns)},\n    PRIMARY KEY ({SqlText.Identifiers(subject.Definition.Key)})\n)",
            Inverse = $"DROP TABLE {table}",
            Description = $"Creates table {SqlText.Shown(subject.Target)} with {mapped.Count} columns.",
        };
    }

    /// <summary>Nullable, whatever the source says: records that are there already have no value for it.</summary>
    public static IEnumerable<PlannedChange> AddMissing(
        PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped, IReadOnlyList<FieldPlan> fields)
    {
        for (var i = 0; i < mapped.Count; i++)
        {
            if (mapped[i].Destination is not null) continue;
            if (!table.Owned)
                throw subject.Cause("permission", $"column \"{mapped[i].Name}\" is to be added, but the role does not own destination table {table.Sql}");
            var column = SqlText.Identifier(mapped[i].Name);
            yield return new PlannedChange
            {
                Statement = $"ALTER TABLE {table.Sql} ADD COLUMN {column} {fields[i].DestinationType}",
                Inverse = $"ALTER TABLE {table.Sql} DROP COLUMN {column}",
                Description = $"Adds column \"{mapped[i].Name}\" to table {table.Sql}.",
            };
        }
    }
}
