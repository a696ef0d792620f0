using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Describes source objects from the catalogs.</summary>
static class SourceDescription
{
    public static async Task<IReadOnlyList<SourceObject>> ReadAsync(
        NpgsqlDataSource pool, IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken)
    {
        var (names, relations) = await ReadRelationsAsync(pool, objects, cancellationToken);
        RefuseMissing(names.Where(n => !relations.ContainsKey(n)).Distinct().ToArray());
        return Fitting.All(objects.Zip(names), each => each.First.No, each => Describe(each.First.No, each.First.Definition, relations[each.Second]));
    }

    public static async Task<IReadOnlyList<SourceGap>> FindGapsAsync(
        NpgsqlDataSource pool, IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken)
    {
        var (names, relations) = await ReadRelationsAsync(pool, objects, cancellationToken);
        // One list for all gaps of a relation: a file may name very many columns.
        var known = relations.Values.ToDictionary(r => r.Name, r => r.Columns.Select(c => c.Name).ToArray());
        return objects.SelectMany((o, i) => relations.TryGetValue(names[i], out var relation)
            ? MissingColumns(o.Definition, relation).Select(name => new SourceGap { ObjectNo = o.No, Column = name, Known = known[relation.Name] })
            : [new SourceGap { ObjectNo = o.No }]).ToArray();
    }

    static async Task<(QualifiedName[] Names, Dictionary<QualifiedName, CatalogRelation> Relations)> ReadRelationsAsync(
        NpgsqlDataSource pool, IReadOnlyList<(int No, ObjectDefinition Definition)> objects, CancellationToken cancellationToken)
    {
        var names = objects.Select(o => NameOf(o.Definition)).ToArray();
        var relations = await CatalogSession.ReadAsync(
            pool, c => RelationReader.ReadAsync(c, names.Distinct().ToArray(), cancellationToken), cancellationToken);
        return (names, relations);
    }

    /// <summary>Without a mapping, key fields are columns of the same name.</summary>
    static IEnumerable<string> MissingColumns(ObjectDefinition definition, CatalogRelation relation)
    {
        var wanted = definition.Fields?.Values ?? definition.Key;
        if (definition.Cursor is { } cursor) wanted = wanted.Append(cursor);
        return wanted.Distinct().Where(name => relation.Column(name) is null);
    }

    static QualifiedName NameOf(ObjectDefinition definition) =>
        QualifiedName.TryParse(definition.From, out var name, out var problem)
            ? name
            : throw PostgresProblem.Of("object-name", $"Object {definition.From}: {problem}.");

    static void RefuseMissing(QualifiedName[] missing)
    {
        if (missing.Length == 0) return;
        var list = string.Join(", ", missing.Select(SqlText.Shown));
        throw PostgresProblem.Of("object-missing", missing.Length == 1
            ? $"Object {list} does not exist at the source."
            : $"Objects {list} do not exist at the source.");
    }

    static SourceObject Describe(int no, ObjectDefinition definition, CatalogRelation relation)
    {
        CheckColumns(definition, relation);
        return new SourceObject
        {
            ObjectNo = no,
            Name = relation.Sql,
            Columns = relation.Columns.Select(c => new SourceColumn
            {
                Name = c.Name,
                Type = c.Type,
                // Views are made anew at every turn, and what they show stays the same.
                Identity = relation.Kind is 'r' or 'p' or 'm' ? $"{relation.Oid}.{c.Number}" : null,
                Nullable = !(c.NotNull || c.DomainNotNull),
            }).ToArray(),
            UniqueKeys = UniqueKeys(relation),
            Tables = relation.Tables,
            Blocks = relation.Heap,
            EstimatedRows = relation.EstimatedRows,
        };
    }

    static void CheckColumns(ObjectDefinition definition, CatalogRelation relation)
    {
        var wanted = definition.Fields?.Values ?? relation.Columns.Select(c => c.Name);
        if (definition.Cursor is { } cursor) wanted = wanted.Append(cursor);
        foreach (var name in wanted)
        {
            var column = relation.Column(name)
                ?? throw PostgresProblem.Of("column-missing", $"Object {relation.Sql} has no column \"{name}\" at the source.");
            if (!column.Selectable)
                throw PostgresProblem.Of("permission", $"Object {relation.Sql}: the role may not read column \"{name}\" at the source.");
        }
    }

    /// <summary>An index of a table with inheritance children says nothing about the children's rows.</summary>
    static List<string>[] UniqueKeys(CatalogRelation relation) =>
        relation is { Kind: 'r', Children: > 0 }
            ? []
            : relation.UniqueIndexes.Where(i => i.NotNull).Select(i => i.Columns.ToList()).ToArray();
}
