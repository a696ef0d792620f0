using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Connections;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Replacing;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>Plans how objects are written, from the source's description and the destination's catalogs. Changes nothing.</summary>
static class DestinationPlanner
{
    /// <summary>
    /// Plans in the order of the objects given. A change that several objects need (a schema, a type) is in the plan of the first, so
    /// changes are to be made in this order.
    /// </summary>
    public static async Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options,
        CancellationToken cancellationToken)
    {
        var targets = objects.Select(o => TargetOf(o.Source, o.Definition)).ToArray();
        RefuseTwice(objects, targets);
        try
        {
            var sources = objects.Select(o => o.Source).ToList();
            var catalog = await CatalogSession.ReadAsync(
                dataSource, c => DestinationCatalog.ReadAsync(c, targets, sources, options, cancellationToken), cancellationToken);
            var changes = new SharedChanges(catalog);
            var levels = LoadOrder.Levels(targets, catalog.References);
            return Fitting.All(
                objects.Select((o, i) => (Subject: new PlanSubject(o.Source, o.Definition, targets[i]), Level: levels[i])),
                each => each.Subject.Source.ObjectNo,
                each => Plan(each.Subject, each.Level, catalog, changes, options));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            string[] tables = [.. targets.Select(target => SqlText.Shown(target))];
            throw await TableLocks.WaitingForAsync(dataSource, tables, "planning", TableLocks.AgainstReaders, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw PostgresProblem.From(e, PostgresConnections.Describe("Destination", dataSource.ConnectionString));
        }
    }

    internal static ObjectPlan Plan(PlanSubject subject, int level, DestinationCatalog catalog, SharedChanges shared, WriteOptions options)
    {
        if (subject.Target.Schema == QualifiedName.OwnSchema)
            throw subject.Cause("object-reserved", $"its destination {subject.Target.ToSql()} is of schema {QualifiedName.OwnSchema}, which is Headgate's own");
        catalog.Relations.TryGetValue(subject.Target, out var table);
        if (table is not null) TableRules.RefuseSource(subject, table);
        if (table is not null) TableRules.RefuseUnwritable(subject, table);
        if (table is not null && options.NewTables is { } names)
            return Replace(subject, level, table, names[subject.Source.ObjectNo], catalog, shared, options);
        var mapped = FieldMapping.Map(subject, table);
        VanishedRules.RefuseOld(subject, catalog.Version, options.OnVanished);
        Evolution.RefuseIncompatible(subject, mapped);
        IReadOnlyList<PlannedChange> widened = [];
        if (table is not null) (mapped, widened) = Evolution.Widen(subject, table, mapped, catalog);
        var fields = mapped.Select(m => TypeRules.Plan(subject, m)).ToArray();
        var key = KeyRules.Positions(subject, mapped);
        VanishedRules.RefuseMapped(subject, mapped, options.OnVanished);
        var marks = VanishedRules.Marks(subject, table, options.OnVanished);
        var changes = new List<PlannedChange>();
        if (table is null)
        {
            changes.AddRange(shared.ForSchema(subject));
            changes.AddRange(shared.ForTypes(subject, mapped));
            changes.Add(TableChanges.Create(subject, mapped, fields, marks));
        }
        else
        {
            KeyRules.RequireIndex(subject, table);
            TableRules.RefuseUnfilled(subject, table, mapped);
            TableRules.RequirePrivileges(subject, table, mapped);
            changes.AddRange(shared.ForTypes(subject, mapped));
            changes.AddRange(widened);
            changes.AddRange(TableChanges.AddMissing(subject, table, mapped, fields, catalog.Role));
            WriteHazards.Check(subject, table, mapped, catalog, options.Load.AllowTriggers);
            changes.AddRange(VanishedRules.Prepare(subject, table, catalog, options));
        }

        var isReplaced = Evolution.IsReplaced(subject);
        return new ObjectPlan
        {
            ObjectNo = subject.Source.ObjectNo,
            From = subject.Source.Name,
            To = table?.Sql ?? subject.Target.ToSql(),
            Fields = fields,
            Key = key,
            Cursor = CursorOf(subject),
            Filter = subject.Definition.Filter,
            Blocks = subject.Source.Blocks,
            KeyGuaranteed = KeyRules.Guaranteed(subject, mapped),
            Level = level,
            // Of what is copied the staged bytes are logged: the column must not make others of them.
            DirectCopy = !fields.Any(f => f.DestinationCast) && mapped.All(TypeRules.Keeps) && table is not { RowSecurity: true }
                && (table is null || !WriteHazards.RowsMayChangeOnTheWay(table, catalog)),
            SingleTable = table is null or { Kind: 'r', Children: 0 },
            LogsVersions = VersionRules.AreLogged(table, catalog, fields.Select(field => field.Name)),
            Mark = marks ? VanishedRules.Mark : null,
            SourceReplaced = isReplaced,
            New = table is null || mapped.Any(m => m.Destination is null) || isReplaced,
            Changes = changes,
            EstimatedRows = subject.Source.EstimatedRows,
        };
    }

    /// <summary>A table of the source's present shape, whatever the one that is there is like.</summary>
    static ObjectPlan Replace(
        PlanSubject subject, int level, CatalogRelation table, string name, DestinationCatalog catalog, SharedChanges shared, WriteOptions options)
    {
        var extras = catalog.Extras[table.Oid];
        NewTable.RefuseObstacles(subject, table, extras);
        var mapped = FieldMapping.Map(subject, table).Select(m => m with { Destination = null }).ToArray();
        NewTable.RefuseMisfits(subject, table, extras, mapped);
        var fields = mapped.Select(m => TypeRules.Plan(subject, m)).ToArray();
        var key = KeyRules.Positions(subject, mapped);
        VanishedRules.RefuseMapped(subject, mapped, options.OnVanished);
        var marks = VanishedRules.Marks(subject, table, options.OnVanished);
        var made = new QualifiedName(subject.Target.Schema, name);
        return new ObjectPlan
        {
            ObjectNo = subject.Source.ObjectNo,
            From = subject.Source.Name,
            To = made.ToSql(),
            Replaces = table.Sql,
            Replaced = extras.Parts,
            Fields = fields,
            Key = key,
            Cursor = CursorOf(subject),
            Filter = subject.Definition.Filter,
            Blocks = subject.Source.Blocks,
            KeyGuaranteed = KeyRules.Guaranteed(subject, mapped),
            Level = level,
            DirectCopy = !fields.Any(f => f.DestinationCast) && mapped.All(TypeRules.Keeps),
            SingleTable = true,
            LogsVersions = VersionRules.AreLogged(table, catalog, fields.Select(field => field.Name)),
            Mark = marks ? VanishedRules.Mark : null,
            New = true,
            Changes = [.. shared.ForSchema(subject), .. shared.ForTypes(subject, mapped), NewTable.Create(subject, table, extras, mapped, fields, made, marks)],
            EstimatedRows = subject.Source.EstimatedRows,
        };
    }

    static SourceColumn? CursorOf(PlanSubject subject) =>
        subject.Definition.Cursor is not { } cursor
            ? null
            : subject.Source.Columns.FirstOrDefault(c => c.Name == cursor)
                ?? throw subject.Problem("column-missing", $"has no column \"{cursor}\" at the source, which is to be its cursor");

    static QualifiedName TargetOf(SourceObject source, ObjectDefinition definition) =>
        QualifiedName.TryParse(definition.To, out var name, out var problem)
            ? name
            : throw PostgresProblem.Of("object-name", $"Object {source.Name}: its destination is not an object name: {problem}.");

    static void RefuseTwice(IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, QualifiedName[] targets)
    {
        var first = new Dictionary<QualifiedName, string>();
        for (var i = 0; i < targets.Length; i++)
        {
            if (first.TryAdd(targets[i], objects[i].Source.Name)) continue;
            throw PostgresProblem.Of("destination-twice",
                $"Objects {first[targets[i]]} and {objects[i].Source.Name} have the same destination {SqlText.Shown(targets[i])}.");
        }
    }
}
