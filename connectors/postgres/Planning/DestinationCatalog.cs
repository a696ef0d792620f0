using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Replacing;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What planning needs of the destination's catalogs, read at one moment.</summary>
sealed record DestinationCatalog
{
    public required IReadOnlyDictionary<QualifiedName, CatalogRelation> Relations { get; init; }

    /// <summary>Types of users, by schema and name, that source columns have.</summary>
    public required IReadOnlyDictionary<(string Schema, string Name), FieldType> Types { get; init; }

    /// <summary>Schemas that exist, and whether the role may create things there.</summary>
    public required IReadOnlyDictionary<string, bool> SchemaCreatable { get; init; }

    public required bool DatabaseCreatable { get; init; }

    /// <summary>Of the server.</summary>
    public required Version Version { get; init; }

    /// <summary>As whom the pipeline writes.</summary>
    public required string Role { get; init; }

    /// <summary>Enums that the role may not alter, by schema and name, and whose they are.</summary>
    public required IReadOnlyDictionary<(string Schema, string Name), CatalogOwner> ForeignEnums { get; init; }

    /// <summary>Foreign keys between the tables, as (child, parent).</summary>
    public required IReadOnlyCollection<(QualifiedName Child, QualifiedName Parent)> References { get; init; }

    public required IReadOnlyDictionary<long, List<TableTrigger>> Triggers { get; init; }

    public required IReadOnlyDictionary<long, List<UpdateCascade>> Cascades { get; init; }

    /// <summary>A rule on insert or update for each table that has one.</summary>
    public required IReadOnlyDictionary<long, string> Rules { get; init; }

    /// <summary>What deletes carry on, for each table where they do: one effect, of possibly several.</summary>
    public required IReadOnlyDictionary<long, DeleteEffect> Deletes { get; init; }

    /// <summary>What keeps a column from changing its type, by table and column: one thing, of possibly several.</summary>
    public required IReadOnlyDictionary<(long Table, string Column), string> Holders { get; init; }

    /// <summary>What hangs on the tables, where they are to be replaced.</summary>
    public required IReadOnlyDictionary<long, TableExtras> Extras { get; init; }

    /// <summary>Types of columns whose equal values need have neither the same text nor the same hash.</summary>
    public required IReadOnlyDictionary<(long Table, string Column), string> Unhashed { get; init; }

    /// <summary>Tables through which others write rows of the tables, where what vanishes is not kept.</summary>
    public required IReadOnlyDictionary<long, SharedTable> Shared { get; init; }

    public static async Task<DestinationCatalog> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<QualifiedName> targets, IEnumerable<SourceObject> sources, WriteOptions options,
        CancellationToken cancellationToken)
    {
        var relations = await RelationReader.ReadAsync(connection, targets, cancellationToken);
        var userTypes = sources.SelectMany(s => s.Columns).Select(c => c.Type.Element ?? c.Type).Where(t => !t.BuiltIn)
            .Select(t => (t.Schema, t.Name)).Distinct().ToArray();
        var schemas = targets.Select(t => t.Schema).Concat(userTypes.Select(t => t.Schema)).Distinct().ToArray();
        var extras = new Dictionary<long, TableExtras>();
        foreach (var relation in relations.Values.Where(_ => options.NewTables is not null))
            extras.Add(relation.Oid, await TableExtras.ReadAsync(connection, relation.Name, cancellationToken));
        var tables = new TableReader(connection, relations.Values.ToDictionary(r => r.Oid, r => r.Name));
        return new DestinationCatalog
        {
            Relations = relations,
            Types = await NamespaceReader.ReadTypesAsync(connection, userTypes, cancellationToken),
            SchemaCreatable = await NamespaceReader.ReadSchemasAsync(connection, schemas, cancellationToken),
            DatabaseCreatable = await NamespaceReader.ReadDatabaseAsync(connection, cancellationToken),
            Version = connection.PostgreSqlVersion,
            Role = await NamespaceReader.ReadRoleAsync(connection, cancellationToken),
            ForeignEnums = await NamespaceReader.ReadForeignEnumsAsync(connection, cancellationToken),
            References = await tables.ReadReferencesAsync(cancellationToken),
            Triggers = await tables.ReadTriggersAsync(cancellationToken),
            Cascades = await tables.ReadCascadesAsync(cancellationToken),
            Rules = await tables.ReadRulesAsync(cancellationToken),
            Deletes = await tables.ReadDeletesAsync(cancellationToken),
            Extras = extras,
            Unhashed = await tables.ReadUnhashedAsync(cancellationToken),
            Shared = options.OnVanished is OnVanished.Keep ? new Dictionary<long, SharedTable>()
                : await SharedTables.ReadAsync(connection, [.. relations.Values.Select(r => r.Oid)], options.PipelineId, cancellationToken),
            Holders = await tables.ReadHoldersAsync(cancellationToken),
        };
    }
}
