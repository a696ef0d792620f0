using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Undoing;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>What keeps a job's writes to a table from being undone: it is told while planning, and not at the forty-thousandth row.</summary>
/// <param name="table">The table as it is now.</param>
/// <param name="catalog">What hangs on it.</param>
/// <param name="hazards">What happens when rows of it are deleted.</param>
/// <param name="allowTriggers">Whether it is accepted that writes do more than is logged.</param>
sealed class UndoRules(CatalogRelation table, DestinationCatalog catalog, UndoHazards hazards, bool allowTriggers)
{
    public void RefuseUnlike(LoggedObject logged, IEnumerable<LoggedObject> all)
    {
        if (all.Any(one => !one.Fields.SequenceEqual(logged.Fields) || !one.Key.SequenceEqual(logged.Key)))
            throw Refuse("fields-changed", "attempts of the job have written different fields; undo it by hand from what is logged");
        foreach (var (name, type) in logged.Fields)
        {
            if (table.Column(name) is not { } column)
                throw Refuse("fields-changed", $"column \"{name}\", which the job wrote, is not there any more");
            if (column.DeclaredSql != type)
                throw Refuse("fields-changed", $"column \"{name}\" was {type} when the job wrote it and is {column.DeclaredSql} now");
        }

        var key = logged.Key.Select(at => logged.Fields[at].Name).ToHashSet();
        if (!table.UniqueIndexes.Exists(index => key.SetEquals(index.Columns)))
            throw Refuse("key-missing", $"there is no unique index any more on exactly the key ({SqlText.Shown(key)}) by which the job wrote it");
    }

    public void RefuseHazards(PlannedUndo undo)
    {
        if (table.Kind is not ('r' or 'p')) throw Refuse("object-kind", $"it is a {table.KindName} now");
        if (hazards.RowSecurity) throw Refuse("row-security", "its policies may hide rows from the role, which would look as if they were gone");
        var written = undo.Plan.Undo!.Fields.Select(at => undo.Plan.Fields[at].Name).ToHashSet();
        var putsBack = undo.Updates > 0;
        var (restores, deletes) = written.Count > 0 ? (false, false) : (undo.Deletes > 0, undo.Inserts > 0);
        if (written.Count == 0) written = [.. undo.Plan.Fields.Select(field => field.Name)];
        written.ExceptWith(undo.Plan.Key.Select(at => undo.Plan.Fields[at].Name));
        if (putsBack || restores) RefuseWrites(written);
        if (deletes && hazards.DeleteRule is { } rule) throw Refuse("rules", $"deletes from it are changed by rule \"{rule}\"");
        if (deletes && !allowTriggers && hazards.DeleteTrigger is { } trigger)
        {
            throw Refuse("triggers",
                $"trigger \"{trigger}\" fires when rows are deleted, and may write elsewhere; to accept that, set load.allowTriggers");
        }

        if (deletes && hazards.Hidden is { } hidden)
        {
            throw Refuse("rows-hidden",
                $"constraint \"{hidden.Constraint}\" of {hidden.Table} carries deletes on, and the role does not see all rows of that table");
        }

        RequirePrivileges(undo.Plan, written, putsBack, restores, deletes);
    }

    void RefuseWrites(HashSet<string> written)
    {
        if (catalog.Rules.TryGetValue(table.Oid, out var rule)) throw Refuse("rules", $"it has rule \"{rule}\" on insert or update");
        if (allowTriggers) return;
        if (catalog.Triggers.TryGetValue(table.Oid, out var triggers))
            throw Refuse("triggers", $"it has trigger \"{triggers[0].Name}\", which may write elsewhere; to accept that, set load.allowTriggers");
        if (catalog.Cascades.TryGetValue(table.Oid, out var cascades) && cascades.Find(c => c.Columns.Any(written.Contains)) is { } cascade)
        {
            throw Refuse("triggers",
                $"updates cascade through constraint \"{cascade.Name}\" of {cascade.Table}; to accept that, set load.allowTriggers");
        }
    }

    void RequirePrivileges(ObjectPlan plan, HashSet<string> written, bool putsBack, bool restores, bool deletes)
    {
        foreach (var name in plan.Fields.Select(field => field.Name).Concat(plan.Undo!.Rest.Select(column => column.Name)))
        {
            var column = table.Column(name)!;
            var missing = !column.Selectable ? "SELECT" : putsBack && written.Contains(name) && !column.Updatable ? "UPDATE"
                : restores && !column.Insertable ? "INSERT" : null;
            if (missing is not null) throw Refuse("permission", $"the role lacks {missing} on column \"{name}\"");
        }

        if (deletes && !hazards.MayDelete) throw Refuse("permission", "the role lacks DELETE, or UPDATE to hold rows before they are deleted");
    }

    ConnectorException Refuse(string code, string cause) => PostgresProblem.Of(code, $"Object {table.Sql} cannot be rolled back: {cause}.");
}
