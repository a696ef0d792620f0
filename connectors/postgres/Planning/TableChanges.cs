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
    public static IReadOnlyList<PlannedChange> AddMissing(
        PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped, IReadOnlyList<FieldPlan> fields, string role)
    {
        var missing = mapped.Zip(fields).Where(field => field.First.Destination is null).Select(field => field.Second).ToList();
        if (missing.Count > 0 && !table.Owned)
        {
            throw Ownership.Missing(
                subject, $"destination table {table.Sql} has to get {Columns(missing)}", table.Owner, role,
                $"ALTER TABLE {table.Sql} {string.Join(", ", missing.Select(Added))}");
        }

        return [.. missing.Select(field => new PlannedChange
        {
            Statement = $"ALTER TABLE {table.Sql} {Added(field)}",
            Inverse = $"ALTER TABLE {table.Sql} DROP COLUMN {SqlText.Identifier(field.Name)}",
            Description = $"Adds column \"{field.Name}\" to table {table.Sql}.",
        })];
    }

    static string Added(FieldPlan field) => $"ADD COLUMN {SqlText.Identifier(field.Name)} {field.DestinationType}";

    static string Columns(List<FieldPlan> fields) =>
        $"column{(fields.Count == 1 ? "" : "s")} {SqlText.Shown(fields.Select(field => field.Name))}";
}
