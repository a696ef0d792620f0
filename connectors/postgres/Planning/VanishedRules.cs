using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What a table must be, or become, so that rows which vanished at the source can be deleted or marked there.</summary>
static class VanishedRules
{
    /// <summary>The column that says since when a row is gone from the source.</summary>
    public const string Mark = "headgate_vanished_at";

    public const string MarkType = "timestamp with time zone";

    /// <summary>
    /// Servers before 14 have no hash of a key that is equal where the key is, and read a whole table for a range of its blocks. New tables too:
    /// what comes into them may be read again.
    /// </summary>
    public static void RefuseOld(PlanSubject subject, Version version, OnVanished onVanished)
    {
        if (onVanished is OnVanished.Keep || version.Major >= 14) return;
        throw subject.Cause("server-old",
            $"rule onVanished: {(onVanished is OnVanished.Mark ? "mark" : "delete")} needs PostgreSQL 14 or later at the destination, which is "
            + $"{version}; onVanished must be keep");
    }

    /// <summary>The column is Headgate's own: a value that came from the source would be taken for a mark.</summary>
    public static void RefuseMapped(PlanSubject subject, IReadOnlyList<MappedField> mapped, OnVanished onVanished)
    {
        if (onVanished is OnVanished.Mark && mapped.Any(m => m.Name == Mark))
        {
            throw subject.Cause("column-reserved",
                $"field \"{Mark}\" is where onVanished: mark says since when a row is gone; list the fields without it");
        }
    }

    /// <summary>
    /// Whether rows of the table are unmarked when they come back: also where an earlier version of the pipeline marked them and this one
    /// does not.
    /// </summary>
    public static bool Marks(PlanSubject subject, CatalogRelation? table, OnVanished onVanished) =>
        onVanished is OnVanished.Mark
        || table?.Column(Mark) is { DeclaredSql: MarkType, Updatable: true, Selectable: true, Insertable: true }
            && !(subject.Definition.Fields?.ContainsKey(Mark) ?? subject.Source.Columns.Any(c => c.Name == Mark));

    public static IEnumerable<PlannedChange> Prepare(
        PlanSubject subject, CatalogRelation table, DestinationCatalog catalog, WriteOptions options)
    {
        if (options.OnVanished is OnVanished.Keep) return [];
        if (!table.Heap)
            throw subject.Cause("object-kind", $"rows of destination table {table.Sql} do not lie in blocks: onVanished must be keep");
        foreach (var name in subject.Definition.Key)
        {
            if (!catalog.Unhashed.TryGetValue((table.Oid, name), out var type)) continue;
            throw subject.Cause("key-unhashable",
                $"key column \"{name}\" of destination table {table.Sql} is {type}: which of its values a read has brought cannot be noted; "
                + "onVanished must be keep");
        }

        if (WriteHazards.RowsMayChangeOnTheWay(table, catalog))
        {
            throw subject.Cause("triggers",
                $"destination table {table.Sql} has a BEFORE trigger for each row, which may write another key than a record has: its row would count as "
                + "vanished; onVanished must be keep");
        }

        if (catalog.Shared.TryGetValue(table.Oid, out var shared)) throw subject.Cause("rows-shared", shared.Refusal(table.Sql));
        if (options.OnVanished is OnVanished.Mark) return AddMark(subject, table, catalog.Role);
        if (table is { Kind: 'r', Children: > 0 })
        {
            throw subject.Cause("object-kind",
                $"tables inherit from destination table {table.Sql}, and rows of theirs would be deleted with columns that are not logged; "
                + "onVanished must be keep or mark");
        }

        // Partitions are gone through one by one, and all that a row held is logged: rights on the whole or on some columns do not do.
        if (table.Undeletable is { } kept)
        {
            throw subject.Cause("permission",
                $"the role lacks SELECT or DELETE on {kept}, or USAGE on its schema, as onVanished: delete needs of every table that holds rows of "
                + $"{table.Sql}");
        }

        if (catalog.Deletes.TryGetValue(table.Oid, out var effect) && !(effect.Allowable && options.Load.AllowTriggers))
        {
            throw subject.Cause("triggers", $"deletes from destination table {table.Sql} {effect.What}"
                + (effect.Allowable ? "; to accept that, set load.allowTriggers" : "; onVanished must be keep or mark"));
        }

        return [];
    }

    static IEnumerable<PlannedChange> AddMark(PlanSubject subject, CatalogRelation table, string role)
    {
        if (table.Unmarkable is { } kept)
        {
            throw subject.Cause("permission", $"the role lacks SELECT on {kept}, UPDATE on its column \"{Mark}\", or USAGE on its schema, "
                + $"as onVanished: mark needs of every table that holds rows of {table.Sql}");
        }

        if (table.Column(Mark) is { } column)
        {
            if (column.DeclaredSql != MarkType)
                throw subject.Cause("type-mismatch", $"column \"{Mark}\" of destination table {table.Sql} is {column.DeclaredSql} and must be {MarkType}");
            if (!column.Updatable || !column.Selectable || !column.Insertable)
                throw subject.Cause("permission", $"the role may not read and write column \"{Mark}\" of destination table {table.Sql}");
            return [];
        }

        var statement = $"ALTER TABLE {table.Sql} ADD COLUMN {Mark} {MarkType}";
        if (!table.Owned)
        {
            throw Ownership.Missing(
                subject, $"destination table {table.Sql} has to get column \"{Mark}\" for onVanished: mark", table.Owner, role, statement);
        }

        return
        [
            new PlannedChange
            {
                Statement = statement,
                Inverse = $"ALTER TABLE {table.Sql} DROP COLUMN {Mark}",
                Description = $"Adds column \"{Mark}\" to table {table.Sql}.",
            },
        ];
    }
}
