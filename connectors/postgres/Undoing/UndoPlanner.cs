using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Plans how a job's writes are undone, from what it logged and the tables as they are now. Changes nothing.</summary>
static class UndoPlanner
{
    public static async Task<IReadOnlyList<PlannedUndo>> PlanAsync(
        NpgsqlDataSource dataSource, IReadOnlyList<ObjectToUndo> objects, WriteOptions options, CancellationToken cancellationToken)
    {
        var logs = await CatalogSession.ReadAsync(dataSource, connection => ReadAsync(connection, objects, cancellationToken), cancellationToken);
        var names = logs.Where(log => log.Objects.Count > 0).Select(log => log.Name).Distinct().ToArray();
        var catalog = await CatalogSession.ReadAsync(
            dataSource, connection => DestinationCatalog.ReadAsync(connection, names, [], options, cancellationToken), cancellationToken);
        var levels = LoadOrder.Levels(names, catalog.References);
        var reads = logs.SelectMany(log => log.Reads.Select(read => read.Place)).Distinct().OrderDescending().ToList();
        var generations = reads.Select((place, no) => (place, no)).ToDictionary(entry => entry.place, entry => entry.no);
        return Fitting.All(logs, log => log.Wanted.ObjectNo, log =>
            Plan(log, catalog, Array.IndexOf(names, log.Name) is >= 0 and var at ? levels[at] : 0, generations, options.Load.AllowTriggers));
    }

    static async Task<IReadOnlyList<ObjectLog>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<ObjectToUndo> objects, CancellationToken cancellationToken)
    {
        var schema = await LogSchema.ReadAsync(connection, cancellationToken);
        var logs = new List<ObjectLog>();
        foreach (var wanted in objects) logs.Add(await ObjectLog.ReadAsync(connection, schema, wanted, cancellationToken));
        if (logs.All(log => log.Reads.Count == 0)) return logs;
        // All objects are one job's.
        var areSeveral = await UndoneReads.AreSeveralAsync(connection, objects[0].OfJobId, cancellationToken);
        // An object that is not divided may have had a row twice in a read, once to be changed and once to be deleted.
        if (areSeveral is null || areSeveral is false && logs.All(log => log.Reads.Count == 0 || log.IsDivisible)) return logs;
        var reads = UndoneReads.Divide([.. logs.Select(log => log.Reads.SelectMany(read => read.Parts).OrderBy(part => part.Seq).ToList())]);
        return [.. logs.Zip(reads, (log, found) => log with { Reads = found })];
    }

    static PlannedUndo Plan(
        ObjectLog log, DestinationCatalog catalog, int level, Dictionary<(int Attempt, int Read), int> generations, bool allowTriggers)
    {
        var wanted = log.Wanted;
        if (log.Objects is not [.., var last])
        {
            throw PostgresProblem.Of(
                "nothing-recorded", $"Object {wanted.To} cannot be rolled back: nothing is recorded of what the job wrote to it.");
        }

        if (wanted.WasReplaced)
        {
            throw PostgresProblem.Of("replaced", $"Object {last.Table} cannot be rolled back: the job put a new table in its place; the one before is "
                + "kept in schema headgate for as long as its log, and can be put back by hand.");
        }

        if (!catalog.Relations.TryGetValue(log.Name, out var table))
            throw PostgresProblem.Of("object-missing", $"Object {last.Table} cannot be rolled back: it is not there any more.");
        var rules = new UndoRules(table, catalog, log.Hazards!, allowTriggers);
        rules.RefuseUnlike(last, log.Objects);
        var planned = new PlannedUndo
        {
            Plan = PlanOf(log, last, table, catalog, level),
            Segments = SegmentsOf(log, generations),
            Updates = log.Count("update"),
            Inserts = log.Count("insert"),
            Deletes = log.Count("delete"),
        };
        rules.RefuseHazards(planned);
        return planned;
    }

    static ObjectPlan PlanOf(ObjectLog log, LoggedObject last, CatalogRelation table, DestinationCatalog catalog, int level) => new()
    {
        ObjectNo = log.Wanted.ObjectNo,
        From = table.Sql,
        To = table.Sql,
        Fields = [.. last.Fields.Select(field => new FieldPlan
        {
            Name = field.Name,
            Source = field.Name,
            StagedType = "text",
            DestinationType = field.Type,
        })],
        Key = last.Key,
        Blocks = false,
        KeyGuaranteed = true,
        Level = level,
        DirectCopy = false,
        SingleTable = table is { Kind: 'r', Children: 0 },
        LogsVersions = VersionRules.AreLogged(table, catalog, last.Fields.Select(field => field.Name)),
        Undo = UndoOf(log, last, table),
        Changes = [],
        EstimatedRows = log.Count("update") + (log.Wanted.Fields.Count > 0 ? 0 : log.Count("insert") + log.Count("delete")),
    };

    static UndoPlan UndoOf(ObjectLog log, LoggedObject last, CatalogRelation table)
    {
        var names = last.Fields.Select(field => field.Name).ToList();
        var rest = table.Columns.Where(column => !column.Generated && !names.Contains(column.Name))
            .Select(column => new UndoColumn(column.Name, column.DeclaredSql, log.Unfilled.GetValueOrDefault(column.Name))).ToList();
        var covered = log.Wanted.Fields.Select(name => names.IndexOf(name) is >= 0 and var at ? at : throw PostgresProblem.Of(
            "field-missing", $"Object {table.Sql} cannot be rolled back: the job did not write a field \"{name}\"."));
        return new UndoPlan
        {
            OfJobId = log.Wanted.OfJobId,
            OfObjectNo = log.Wanted.OfObjectNo,
            Fields = [.. covered.Order()],
            Selection = log.Wanted.Selection,
            Staged = last.Staged,
            Rest = rest,
            Logged = [.. log.Objects.Where(one => one.Rest.Count > 0).Select(one => Logged(one, rest, table))],
        };
    }

    /// <summary>What was logged of a column that is not there any more stays in the log.</summary>
    static UndoRest Logged(LoggedObject logged, List<UndoColumn> rest, CatalogRelation table)
    {
        var places = logged.Rest.Select((column, at) => (No: rest.FindIndex(one => one.Name == column.Name), At: at, column.Type))
            .Where(p => p.No >= 0).ToList();
        foreach (var (no, _, type) in places)
        {
            if (rest[no].Type == type) continue;
            throw PostgresProblem.Of("fields-changed", $"Object {table.Sql} cannot be rolled back: column \"{rest[no].Name}\" was {type} when the "
                + $"job deleted rows, and is {rest[no].Type} now.");
        }

        places.Sort();
        return new UndoRest(logged.Attempt, [.. places.Select(p => p.No)], [.. places.Select(p => p.At)]);
    }

    static IReadOnlyList<UndoSegment> SegmentsOf(ObjectLog log, Dictionary<(int Attempt, int Read), int> generations)
    {
        var segments = log.Reads.Reverse()
            .SelectMany(read => LogLayout.Segments(read.Parts, log.Wanted.Fields.Count > 0, log.IsDivisible)
                .Select(range => new UndoSegment(range, generations[read.Place]))).ToList();
        var none = new SegmentRange { Kind = SegmentRangeKind.LoggedChanges, FirstSeq = 1, LastSeq = 0 };
        return segments.Count > 0 ? segments : [new UndoSegment(none, 0)];
    }
}
