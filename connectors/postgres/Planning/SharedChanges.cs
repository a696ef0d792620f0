using Headgate.Connectors.Postgres.Catalog;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Schemas and types that objects need; each is planned once, with the first object that needs it.</summary>
sealed class SharedChanges(DestinationCatalog catalog)
{
    readonly HashSet<string> _schemas = [];
    readonly HashSet<string> _types = [];

    public IEnumerable<PlannedChange> ForSchema(PlanSubject subject) => ForSchema(subject, subject.Target.Schema);

    public IEnumerable<PlannedChange> ForTypes(PlanSubject subject, IReadOnlyList<MappedField> mapped)
    {
        var changes = new List<PlannedChange>();
        foreach (var field in mapped)
        {
            var type = field.Source.Type.Element ?? field.Source.Type;
            if (type.BuiltIn) continue;
            if (field.Destination is { } column) changes.AddRange(Labels(subject, field, type, column.Type.Element ?? column.Type));
            else changes.AddRange(Missing(subject, field, type));
        }

        return changes;
    }

    IEnumerable<PlannedChange> ForSchema(PlanSubject subject, string schema)
    {
        if (catalog.SchemaCreatable.TryGetValue(schema, out var creatable))
        {
            if (!creatable) throw subject.Cause("permission", $"the role may not create anything in schema \"{schema}\" of the destination");
            yield break;
        }

        if (!catalog.DatabaseCreatable) throw subject.Cause("permission", $"the role may not create schema \"{schema}\" at the destination");
        if (!_schemas.Add(schema)) yield break;
        yield return new PlannedChange
        {
            Statement = $"CREATE SCHEMA IF NOT EXISTS {SqlText.Identifier(schema)}",
            Inverse = $"DROP SCHEMA {SqlText.Identifier(schema)}",
            Description = $"Creates schema \"{schema}\".",
        };
    }

    IEnumerable<PlannedChange> Missing(PlanSubject subject, MappedField field, FieldType type)
    {
        if (catalog.Types.TryGetValue((type.Schema, type.Name), out var existing))
        {
            if (existing.Kind == type.Kind) return Labels(subject, field, type, existing);
            throw subject.Cause("type-mismatch",
                $"column \"{field.Name}\" needs type {type.Sql}, which is of another kind at the destination");
        }

        if (type.Kind == FieldTypeKind.Enum) return Create(subject, type);
        throw subject.Cause("type-mismatch", $"column \"{field.Name}\" needs type {type.Sql}, which the destination does not have");
    }

    IEnumerable<PlannedChange> Create(PlanSubject subject, FieldType type)
    {
        var schema = ForSchema(subject, type.Schema);
        var name = new QualifiedName(type.Schema, type.Name).ToSql();
        return _types.Add(name)
            ? schema.Append(new PlannedChange
            {
                Statement = $"CREATE TYPE {name} AS ENUM ({string.Join(", ", type.Labels.Select(SqlText.Literal))})",
                Inverse = $"DROP TYPE {name}",
                Description = $"Creates enum {type.Sql} with {type.Labels.Count} labels.",
            })
            : [];
    }

    /// <summary>A label cannot be used in the transaction that adds it, and never be taken back: each is a change of its own.</summary>
    List<PlannedChange> Labels(PlanSubject subject, MappedField field, FieldType source, FieldType destination)
    {
        var changes = new List<PlannedChange>();
        if (source.Kind != FieldTypeKind.Enum || destination.Kind != FieldTypeKind.Enum) return changes;
        var name = new QualifiedName(destination.Schema, destination.Name).ToSql();
        for (var i = 0; i < source.Labels.Count; i++)
        {
            var label = source.Labels[i];
            if (destination.Labels.Contains(label) || !_types.Add($"{name} {label}")) continue;
            // The label before it is there by now: it was, or it has just been added.
            var place = i > 0
                ? $" AFTER {SqlText.Literal(source.Labels[i - 1])}"
                : destination.Labels.Count > 0 ? $" BEFORE {SqlText.Literal(destination.Labels[0])}" : "";
            changes.Add(new PlannedChange
            {
                Statement = $"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {SqlText.Literal(label)}{place}",
                Inverse = null,
                Description = $"Adds label '{label}' to enum {destination.Sql}, needed by column \"{field.Name}\"; to be committed on its own before it is used.",
            });
        }

        if (changes.Count == 0 || !catalog.ForeignEnums.TryGetValue((destination.Schema, destination.Name), out var owner)) return changes;
        throw Ownership.Missing(
            subject, $"enum {destination.Sql} at the destination has to get labels that column \"{field.Name}\" has at the source",
            owner, catalog.Role, changes.Select(change => change.Statement));
    }
}
