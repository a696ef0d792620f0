using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>
/// What has changed at the source since the pipeline last completed. What only adds is taken over at the destination; what would lose
/// something blocks the object, and says what it was, what it is and the ways out.
/// </summary>
static class Evolution
{
    /// <summary>A table that has to be rewritten is locked for so long as that takes: larger ones are somebody's decision.</summary>
    const long RewrittenAtMost = 256 * 1024 * 1024;

    const string WaysOut = "correct the mapping (fields), or resync the pipeline with drop-and-load";

    public static void RefuseIncompatible(PlanSubject subject, IReadOnlyList<MappedField> mapped)
    {
        if (subject.Source.Known is not { } known) return;
        foreach (var field in mapped)
        {
            if (Before(known, field) is not { } before || TypeRules.Widens(before, field.Source.Type)) continue;
            // By hand it was made the same, or was all along: there is nothing in it that would not be held.
            if (field.Destination?.Type.Sql == field.Source.Type.Sql) continue;
            throw subject.Cause("type-narrowed",
                $"column \"{field.Source.Name}\" was {before.Sql} at the source when the pipeline last completed, and is {field.Source.Type.Sql} now, which "
                + $"does not hold every value of before: change the destination's column to that by hand, {WaysOut}");
        }

        // With a mapping in the file a column that is gone is missing; by name it would just not be mapped any more.
        if (subject.Definition.Fields is not null) return;
        var names = subject.Source.Columns.Select(c => c.Name).ToHashSet();
        if (known.Columns.FirstOrDefault(c => !names.Contains(c.Name)) is { } gone)
        {
            throw subject.Cause("column-gone",
                $"column \"{gone.Name}\" was {gone.Type.Sql} at the source when the pipeline last completed, and is gone; what was read of it would stay "
                + $"at the destination as it is: {WaysOut}");
        }
    }

    /// <summary>
    /// Whether the table, or a column, is another one under the same name: what it holds may be older than what was read of the one before, and
    /// no cursor tells of it.
    /// </summary>
    public static bool IsReplaced(PlanSubject subject) =>
        subject.Source.Known is { } known && subject.Source.Columns.Any(column =>
            column.Identity is { } now && known.Columns.Any(before => before.Name == column.Name && before.Identity is { } then && then != now));

    /// <summary>The fields as they will be, and the changes that make them so.</summary>
    public static (IReadOnlyList<MappedField> Mapped, IReadOnlyList<PlannedChange> Changes) Widen(
        PlanSubject subject, CatalogRelation table, IReadOnlyList<MappedField> mapped, DestinationCatalog catalog)
    {
        var (fields, changes) = (new List<MappedField>(), new List<PlannedChange>());
        foreach (var field in mapped)
        {
            var wider = MustWiden(subject, field) ? field.Source.Type : null;
            fields.Add(wider is null ? field : field with { Destination = field.Destination! with { Type = wider, DeclaredSql = wider.Sql } });
            if (wider is not null) changes.Add(Change(subject, table, field, wider, catalog));
        }

        return (fields, changes);
    }

    // Only where it was widened at the source: a column that was always narrower than there is so on purpose.
    static bool MustWiden(PlanSubject subject, MappedField field) =>
        field.Destination is { } column && subject.Source.Known is { } known && Before(known, field) is { } before
            && before.Sql != field.Source.Type.Sql && TypeRules.Holds(before, column.Type) && !TypeRules.Holds(field.Source.Type, column.Type)
            && column.Type.Sql == column.DeclaredSql && TypeRules.Widens(column.Type, field.Source.Type);

    static PlannedChange Change(PlanSubject subject, CatalogRelation table, MappedField field, FieldType wider, DestinationCatalog catalog)
    {
        var (name, before) = (field.Name, field.Destination!.DeclaredSql);
        var what = $"column \"{name}\" of destination table {table.Sql} is {before} and has to become {wider.Sql}, as it is at the source now";
        var column = SqlText.Identifier(name);
        var collation = field.Destination.Collation is { } own ? $" COLLATE {own}" : "";
        var statement = $"ALTER TABLE {table.Sql} ALTER COLUMN {column} TYPE {wider.Sql}{collation}";
        if (!table.Owned)
        {
            throw Ownership.Missing(
                subject, $"destination table {table.Sql} has to have column \"{name}\" as {wider.Sql}, as the source has, and not as {before}",
                table.Owner, catalog.Role, statement);
        }

        if (catalog.Holders.TryGetValue((table.Oid, name), out var holder))
            throw subject.Cause("column-held", $"{what}, but {holder} depends on it: change it by hand, or {WaysOut}");
        var isRewritten = Rewrites(field.Destination.Type, wider);
        if (isRewritten && table.Bytes > RewrittenAtMost)
        {
            throw subject.Cause("rewrite-large",
                $"{what}; that rewrites {table.Bytes / 1024 / 1024} MiB while nobody can read the table: change it by hand, or {WaysOut}");
        }

        return new PlannedChange
        {
            Statement = statement,
            Inverse = $"ALTER TABLE {table.Sql} ALTER COLUMN {column} TYPE {before}{collation}",
            Description = $"Changes column \"{name}\" of table {table.Sql} from {before} to {wider.Sql}"
                + (isRewritten ? "; the table is rewritten, and cannot be read meanwhile." : "."),
        };
    }

    /// <summary>Texts and numbers of a larger modifier stay as they lie, but for numbers of another scale.</summary>
    static bool Rewrites(FieldType before, FieldType after) =>
        before.Name != after.Name && !(before.Name == "varchar" && after.Name == "text") || before.Element is not null
            || after.Name == "numeric" && !TypeWidth.IsOfScale(before, after);

    static FieldType? Before(KnownObject known, MappedField field) => known.Columns.FirstOrDefault(c => c.Name == field.Source.Name)?.Type;
}
