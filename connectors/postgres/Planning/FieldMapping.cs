using Headgate.Connectors.Postgres.Catalog;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Which source column goes to which destination field.</summary>
static class FieldMapping
{
    public static IReadOnlyList<MappedField> Map(PlanSubject subject, CatalogRelation? table)
    {
        var mapped = subject.Definition.Fields is { } fields
            ? fields.Select(f => Explicit(subject, table, f.Key, f.Value)).ToArray()
            : ByName(subject, table).ToArray();
        foreach (var field in mapped)
            RefuseUnwritable(subject, field);
        return mapped;
    }

    static MappedField Explicit(PlanSubject subject, CatalogRelation? table, string name, string source)
    {
        var column = subject.Source.Columns.FirstOrDefault(c => c.Name == source)
            ?? throw subject.Problem("column-missing", $"has no column \"{source}\" at the source");
        return Field(subject, table, name, column);
    }

    /// <summary>What the destination computes itself is left to it.</summary>
    static IEnumerable<MappedField> ByName(PlanSubject subject, CatalogRelation? table) =>
        subject.Source.Columns.Where(c => table?.Column(c.Name) is not { Generated: true }).Select(c => Field(subject, table, c.Name, c));

    static MappedField Field(PlanSubject subject, CatalogRelation? table, string name, SourceColumn source) =>
        new(name, source, table?.Column(name), subject.Definition.Key.Contains(name));

    static void RefuseUnwritable(PlanSubject subject, MappedField field)
    {
        if (field.Destination is { Generated: true })
            throw subject.Cause("column-generated", $"column \"{field.Name}\" is generated at the destination and cannot be written");
        // An insert can override the identity, an update cannot; key columns are never updated.
        if (field is { Destination.IdentityAlways: true, Key: false })
        {
            throw subject.Cause("column-generated",
                $"column \"{field.Name}\" is GENERATED ALWAYS AS IDENTITY at the destination and not part of the key, so it cannot be updated");
        }
    }
}
